/*
 * commands/eac/repair_steps.c - the runbook of Salesforce's article 000391915, top to bottom.
 */
#include "commands/eac/repair_steps.h"

#include "commands/eac/batch.h"
#include "commands/eac/decide.h"
#include "commands/eac/steps.h"
#include "commands/eac/takeback.h"

static const struct flow_step checking = {"checking", eac_checking_begin, eac_checking_answer};

static const struct flow_step failed = {"failed", eac_failed_begin, eac_failed_answer};

static const struct flow_step steps[EAC_STEP_COUNT + 1] = {
    [EAC_DISCONNECT] = {"disconnect-account", eac_disconnect_begin, eac_user_answer},
    [EAC_SIGN_OUT] = {"sign-out-addin", eac_sign_out_begin, eac_user_answer},
    [EAC_LINKS] = {"remove-account-links", eac_links_begin, eac_org_answer},
    [EAC_REVOKE] = {"revoke-siq", eac_revoke_begin, eac_org_answer},
    [EAC_REMOVE_SET] = {"remove-permission-set", eac_remove_set_begin, eac_org_answer},
    [EAC_REMOVE_LICENSE] = {"remove-license", eac_remove_license_begin, eac_org_answer},
    [EAC_BACKEND] = {"backend-check", eac_backend_begin, eac_backend_answer},
    [EAC_ASSIGN] = {"assign-permission-set", eac_assign_begin, eac_org_answer},
    [EAC_CONNECT] = {"connect-account", eac_connect_begin, eac_user_answer},
    [EAC_TEST] = {"test-email", eac_test_begin, eac_user_answer},
    [EAC_STEP_BOARD] = {"board", eac_board_wake, eac_board_answer}, /* of no repair: what many of them share */
};

void eac_runbook(struct runbook *ret, const void *env)
{
	*ret = (struct runbook){.steps = steps,
	                        .count = EAC_STEP_COUNT + 1,
	                        .checking = &checking,
	                        .failed = &failed,
	                        .before = eac_before,
	                        .before_answer = eac_before_answer,
	                        .env = env};
}
