/*
 * flow/request_states.h - the states, the events and every legal move: one table.
 *
 * `make states` draws it. A pair that is not in the table may not happen.
 */
#pragma once

/* name, word, final?, holds the lock on the target? */
#define REQUEST_STATES(X) \
	X(CHECKING, "checking", false, true) \
	X(RUNNING, "running", false, true) \
	X(WAITING_USER, "waiting_user", false, true) \
	X(WAITING_ADMIN, "waiting_admin", false, true) \
	X(WAITING_APPROVAL, "waiting_approval", false, true) \
	X(WAITING_BACKEND, "waiting_backend", false, true) \
	X(FAILED, "failed", false, false) \
	X(COMPLETED, "completed", true, false) \
	X(REFUSED, "refused", true, false) \
	X(CANCELLED, "cancelled", true, false) \
	X(REJECTED, "rejected", true, false) \
	X(EXPIRED, "expired", true, false)

#define REQUEST_EVENTS(X) \
	X(ACCEPT, "accept") /* the diagnosis allows it */ \
	X(REFUSE, "refuse") /* the diagnosis forbids it */ \
	X(ASK_USER, "ask-user") \
	X(ASK_ADMIN, "ask-admin") \
	X(ASK_APPROVAL, "ask-approval") \
	X(ASK_BACKEND, "ask-backend") /* the deciding vote at the backend check */ \
	X(GO_ON, "go-on")             /* a person or the world has done its part */ \
	X(FAIL, "fail") \
	X(RETRY, "retry") \
	X(PUT_BACK, "put-back") /* an end that first gives back what was removed */ \
	X(COMPLETE, "complete") \
	X(CANCEL, "cancel") \
	X(REJECT, "reject") \
	X(EXPIRE, "expire") \
	X(TAKE_BACK, "take-back") /* a decision, while nothing has followed from it that can't be undone */

/* from, event, to */
#define REQUEST_MOVES(X) \
	X(CHECKING, ACCEPT, RUNNING) \
	X(CHECKING, REFUSE, REFUSED) \
	X(CHECKING, CANCEL, CANCELLED) \
	X(RUNNING, ASK_USER, WAITING_USER) \
	X(RUNNING, ASK_ADMIN, WAITING_ADMIN) \
	X(RUNNING, ASK_APPROVAL, WAITING_APPROVAL) \
	X(RUNNING, ASK_BACKEND, WAITING_BACKEND) \
	X(RUNNING, GO_ON, RUNNING) \
	X(RUNNING, FAIL, FAILED) \
	X(RUNNING, PUT_BACK, RUNNING) \
	X(RUNNING, TAKE_BACK, RUNNING) \
	X(RUNNING, COMPLETE, COMPLETED) \
	X(RUNNING, CANCEL, CANCELLED) \
	X(RUNNING, REJECT, REJECTED) \
	X(RUNNING, EXPIRE, EXPIRED) \
	X(WAITING_USER, GO_ON, RUNNING) \
	X(WAITING_USER, FAIL, FAILED) \
	X(WAITING_USER, PUT_BACK, RUNNING) \
	X(WAITING_USER, CANCEL, CANCELLED) \
	X(WAITING_USER, EXPIRE, EXPIRED) \
	X(WAITING_ADMIN, GO_ON, RUNNING) \
	X(WAITING_ADMIN, FAIL, FAILED) \
	X(WAITING_ADMIN, PUT_BACK, RUNNING) \
	X(WAITING_ADMIN, CANCEL, CANCELLED) \
	X(WAITING_ADMIN, EXPIRE, EXPIRED) \
	X(WAITING_APPROVAL, GO_ON, RUNNING) \
	X(WAITING_APPROVAL, ASK_BACKEND, WAITING_BACKEND) \
	X(WAITING_APPROVAL, FAIL, FAILED) \
	X(WAITING_APPROVAL, PUT_BACK, RUNNING) \
	X(WAITING_APPROVAL, CANCEL, CANCELLED) \
	X(WAITING_APPROVAL, REJECT, REJECTED) \
	X(WAITING_APPROVAL, EXPIRE, EXPIRED) \
	X(WAITING_BACKEND, GO_ON, RUNNING) \
	X(WAITING_BACKEND, TAKE_BACK, RUNNING) \
	X(WAITING_BACKEND, FAIL, FAILED) \
	X(WAITING_BACKEND, PUT_BACK, RUNNING) \
	X(WAITING_BACKEND, CANCEL, CANCELLED) \
	X(WAITING_BACKEND, EXPIRE, EXPIRED) \
	X(FAILED, RETRY, RUNNING) \
	X(FAILED, PUT_BACK, RUNNING) \
	X(FAILED, CANCEL, CANCELLED)
