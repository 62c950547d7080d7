/*
 * schema.c - the tables behind schema.h.
 *
 * One array of fields per object, after Salesforce's object reference. Only what the bot may need, and what it must
 * not touch, is here; an object that is missing here does not exist in this org.
 */
#include "tests/sim/salesforce/schema.h"
#include "tests/sim/salesforce/ids.h"
#include "tests/sim/salesforce/schema_flags.h"

#include <string.h>
#include <strings.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define READ         (MAY_FILTER | MAY_GROUP)
#define WRITE        (READ | MAY_CREATE)

/* Releases of clang-format differ about braces in macros. */
/* clang-format off */
#define KEY                         {"Id", TYPE_ID, NULL, NULL, READ, NULL, 0}
#define FIELD(name, type)           {name, TYPE_##type, NULL, NULL, READ, NULL, 0}
#define WRITTEN(name, type, more)   {name, TYPE_##type, NULL, NULL, WRITE | (more), NULL, 0}
#define HIDDEN(name, type)          {name, TYPE_##type, NULL, NULL, 0, NULL, 0}
#define SINCE(name, type, v)        {name, TYPE_##type, NULL, NULL, READ, NULL, v}
#define TO(name, object, walk)      {name, TYPE_REFERENCE, object, walk, READ, NULL, 0}
#define SET_TO(name, object, walk)  {name, TYPE_REFERENCE, object, walk, WRITE, NULL, 0}
/* clang-format on */
#define MADE \
	FIELD("CreatedDate", DATETIME), TO("CreatedById", "User", "CreatedBy"), FIELD("LastModifiedDate", DATETIME), \
	    FIELD("SystemModstamp", DATETIME)

#define GRANTED(flag, label, feature) {"Permissions" #flag, TYPE_BOOLEAN, NULL, NULL, READ, feature, 0},
#define MAXIMUM(flag, label, feature) {"MaximumPermissions" #flag, TYPE_BOOLEAN, NULL, NULL, READ, feature, 0},

static const struct field organization_fields[] = {KEY, FIELD("Name", STRING), FIELD("IsSandbox", BOOLEAN),
                                                   FIELD("OrganizationType", PICKLIST), FIELD("InstanceName", STRING)};

static const struct field user_fields[] = {
    KEY,
    FIELD("Name", STRING),
    FIELD("FirstName", STRING),
    FIELD("LastName", STRING),
    FIELD("Username", STRING),
    FIELD("Email", STRING),
    FIELD("Alias", STRING),
    FIELD("FederationIdentifier", STRING),
    {"IsActive", TYPE_BOOLEAN, NULL, NULL, READ | MAY_UPDATE, NULL, 0},
    FIELD("UserType", PICKLIST),
    FIELD("TimeZoneSidKey", PICKLIST),
    FIELD("LanguageLocaleKey", PICKLIST),
    FIELD("LastLoginDate", DATETIME),
    TO("ProfileId", "Profile", "Profile"),
    TO("ManagerId", "User", "Manager"),
    MADE,
};
static const struct field user_license_fields[] = {KEY, FIELD("Name", STRING), FIELD("MasterLabel", STRING),
                                                   FIELD("LicenseDefinitionKey", STRING), FIELD("Status", PICKLIST)};
static const struct field profile_fields[] = {KEY, FIELD("Name", STRING), FIELD("UserType", PICKLIST),
                                              TO("UserLicenseId", "UserLicense", "UserLicense"),
                                              PERMISSION_FLAGS(GRANTED) MADE};
static const struct field permission_set_fields[] = {
    KEY,
    FIELD("Name", STRING),
    FIELD("Label", STRING),
    FIELD("Description", STRING),
    FIELD("NamespacePrefix", STRING),
    FIELD("IsOwnedByProfile", BOOLEAN),
    FIELD("IsCustom", BOOLEAN),
    FIELD("Type", PICKLIST),
    {"LicenseId", TYPE_REFERENCE, NULL, NULL, READ, NULL, 0},
    TO("ProfileId", "Profile", "Profile"),
    TO("PermissionSetGroupId", "PermissionSetGroup", "PermissionSetGroup"),
    PERMISSION_FLAGS(GRANTED) MADE,
};
static const struct field assignment_fields[] = {
    KEY,
    SET_TO("AssigneeId", "User", "Assignee"),
    SET_TO("PermissionSetId", "PermissionSet", "PermissionSet"),
    SET_TO("PermissionSetGroupId", "PermissionSetGroup", "PermissionSetGroup"),
    WRITTEN("ExpirationDate", DATETIME, MAY_UPDATE),
    FIELD("IsActive", BOOLEAN),
    FIELD("IsRevoked", BOOLEAN),
    FIELD("LastCreatedByChangeId", REFERENCE),
    FIELD("LastDeletedByChangeId", REFERENCE),
    FIELD("SystemModstamp", DATETIME),
};
static const struct field license_fields[] = {
    KEY,
    FIELD("DeveloperName", STRING),
    FIELD("MasterLabel", STRING),
    FIELD("Language", PICKLIST),
    FIELD("PermissionSetLicenseKey", STRING),
    FIELD("Status", PICKLIST),
    FIELD("TotalLicenses", INT),
    FIELD("UsedLicenses", INT),
    FIELD("ExpirationDate", DATE),
    FIELD("LicenseExpirationPolicy", PICKLIST),
    PERMISSION_FLAGS(MAXIMUM) MADE,
};
static const struct field license_assign_fields[] = {
    KEY, SET_TO("AssigneeId", "User", "Assignee"),
    SET_TO("PermissionSetLicenseId", "PermissionSetLicense", "PermissionSetLicense"), MADE};
static const struct field group_fields[] = {KEY, FIELD("DeveloperName", STRING), FIELD("MasterLabel", STRING),
                                            FIELD("Status", PICKLIST), MADE};
static const struct field component_fields[] = {KEY,
                                                TO("PermissionSetGroupId", "PermissionSetGroup", "PermissionSetGroup"),
                                                TO("PermissionSetId", "PermissionSet", "PermissionSet"), MADE};
static const struct field object_permissions_fields[] = {KEY,
                                                         TO("ParentId", "PermissionSet", "Parent"),
                                                         FIELD("SobjectType", PICKLIST),
                                                         FIELD("PermissionsRead", BOOLEAN),
                                                         FIELD("PermissionsCreate", BOOLEAN),
                                                         FIELD("PermissionsEdit", BOOLEAN),
                                                         FIELD("PermissionsDelete", BOOLEAN),
                                                         FIELD("PermissionsViewAllRecords", BOOLEAN),
                                                         FIELD("PermissionsModifyAllRecords", BOOLEAN),
                                                         MADE};
static const struct field field_permissions_fields[] = {KEY,
                                                        TO("ParentId", "PermissionSet", "Parent"),
                                                        FIELD("SobjectType", PICKLIST),
                                                        FIELD("Field", PICKLIST),
                                                        FIELD("PermissionsRead", BOOLEAN),
                                                        FIELD("PermissionsEdit", BOOLEAN)};
static const struct field entity_access_fields[] = {KEY, TO("ParentId", "PermissionSet", "Parent"),
                                                    FIELD("SetupEntityId", REFERENCE),
                                                    FIELD("SetupEntityType", PICKLIST)};
static const struct field tab_setting_fields[] = {KEY, TO("ParentId", "PermissionSet", "Parent"), FIELD("Name", STRING),
                                                  FIELD("Visibility", PICKLIST)};
static const struct field oauth_token_fields[] = {KEY,
                                                  TO("UserId", "User", "User"),
                                                  FIELD("AppName", STRING),
                                                  FIELD("AppMenuItemId", REFERENCE),
                                                  FIELD("AccessToken", STRING),
                                                  FIELD("RequestToken", STRING),
                                                  FIELD("DeleteToken", STRING),
                                                  FIELD("UseCount", INT),
                                                  FIELD("LastUsedDate", DATETIME),
                                                  FIELD("CreatedDate", DATETIME)};
static const struct field account_link_fields[] = {
    KEY,
    TO("UserId", "User", "User"),
    {"Handle", TYPE_STRING, NULL, NULL, MAY_FILTER, NULL, 0},
    FIELD("RemoteIdentifier", STRING),
    FIELD("Provider", STRING),
    TO("SsoProviderId", "AuthProvider", "SsoProvider"),
    FIELD("SsoProviderName", STRING),
    FIELD("IsNotSsoUsable", BOOLEAN),
    FIELD("ThirdPartyAccountLinkKey", STRING),
};
static const struct field auth_provider_fields[] = {KEY, FIELD("DeveloperName", STRING), FIELD("FriendlyName", STRING),
                                                    FIELD("ProviderType", PICKLIST), FIELD("CreatedDate", DATETIME)};
static const struct field auth_session_fields[] = {KEY,
                                                   TO("UsersId", "User", "Users"),
                                                   FIELD("LoginType", PICKLIST),
                                                   FIELD("SessionType", PICKLIST),
                                                   FIELD("SourceIp", STRING),
                                                   FIELD("NumSecondsValid", INT),
                                                   FIELD("ParentId", REFERENCE),
                                                   FIELD("IsCurrent", BOOLEAN),
                                                   FIELD("CreatedDate", DATETIME),
                                                   FIELD("LastModifiedDate", DATETIME)};
static const struct field connection_status_fields[] = {
    KEY,
    FIELD("UserId", STRING),
    FIELD("UserName", STRING),
    FIELD("EmailAddress", STRING),
    FIELD("ConfigurationName", STRING),
    FIELD("ConnectivityStatus", PICKLIST),
    FIELD("IsTermsOfServiceAccepted", BOOLEAN),
    FIELD("GlobalOauthTermsState", PICKLIST),
    SINCE("RecommendedActionTitle", STRING, 58),
    SINCE("RecommendedActionDescription", STRING, 58),
    SINCE("UserOnboardingStatus", PICKLIST, 59),
    SINCE("EventsSynced", INT, 59),
    SINCE("ContactsSynced", INT, 59),
    FIELD("ExternalId", STRING),
};
static const struct field user_login_fields[] = {KEY,
                                                 TO("UserId", "User", "User"),
                                                 {"IsFrozen", TYPE_BOOLEAN, NULL, NULL, READ | MAY_UPDATE, NULL, 0},
                                                 FIELD("IsPasswordLocked", BOOLEAN),
                                                 FIELD("LastModifiedDate", DATETIME)};
static const struct field access_fields[] = {KEY, FIELD("LastCacheUpdate", DATETIME), PERMISSION_FLAGS(GRANTED)};
static const struct field audit_fields[] = {KEY,
                                            FIELD("Action", STRING),
                                            HIDDEN("Section", STRING),
                                            HIDDEN("Display", STRING),
                                            FIELD("DelegateUser", STRING),
                                            TO("CreatedById", "User", "CreatedBy"),
                                            FIELD("CreatedDate", DATETIME)};
static const struct field mail_fields[] = {KEY,
                                           FIELD("Subject", STRING),
                                           FIELD("Status", PICKLIST),
                                           FIELD("Incoming", BOOLEAN),
                                           FIELD("FromAddress", STRING),
                                           FIELD("ToAddress", STRING),
                                           TO("FromId", "User", NULL),
                                           FIELD("MessageDate", DATETIME),
                                           FIELD("MessageIdentifier", STRING),
                                           HIDDEN("TextBody", TEXTAREA),
                                           SINCE("Source", PICKLIST, 64),
                                           MADE};
static const struct field calendar_sync_fields[] = {KEY, WRITTEN("ConfigurationId", REFERENCE, MAY_UPDATE),
                                                    WRITTEN("AssignedId", REFERENCE, MAY_UPDATE)};

/* clang-format off */
#define OBJECT(name, prefix, natural, fields, may, feature) {name, prefix, natural, fields, COUNT(fields), may, feature}
/* clang-format on */

static const struct object objects[] = {
    OBJECT("Organization", "00D", "Name", organization_fields, MAY_QUERY, NULL),
    OBJECT("User", "005", "Username", user_fields, MAY_QUERY | MAY_CHANGE, NULL),
    OBJECT("UserLicense", "100", "Name", user_license_fields, MAY_QUERY, NULL),
    OBJECT("Profile", "00e", "Name", profile_fields, MAY_QUERY, NULL),
    OBJECT("PermissionSet", "0PS", "Name", permission_set_fields, MAY_QUERY, NULL),
    OBJECT("PermissionSetAssignment", "0Pa", NULL, assignment_fields, MAY_QUERY | MAY_INSERT | MAY_CHANGE | MAY_DELETE,
           NULL),
    OBJECT("PermissionSetLicense", "0PL", "DeveloperName", license_fields, MAY_QUERY, NULL),
    OBJECT("PermissionSetLicenseAssign", "2LA", NULL, license_assign_fields, MAY_QUERY | MAY_INSERT | MAY_DELETE, NULL),
    OBJECT("PermissionSetGroup", "0PG", "DeveloperName", group_fields, MAY_QUERY, NULL),
    OBJECT("PermissionSetGroupComponent", "0PC", NULL, component_fields, MAY_QUERY, NULL),
    OBJECT("ObjectPermissions", "110", NULL, object_permissions_fields, MAY_QUERY, NULL),
    OBJECT("FieldPermissions", "01k", NULL, field_permissions_fields, MAY_QUERY, NULL),
    OBJECT("SetupEntityAccess", "0J0", NULL, entity_access_fields, MAY_QUERY, NULL),
    OBJECT("PermissionSetTabSetting", "01P", NULL, tab_setting_fields, MAY_QUERY, NULL),
    OBJECT("OauthToken", "0CQ", NULL, oauth_token_fields, MAY_QUERY, NULL),
    OBJECT("ThirdPartyAccountLink", "04U", NULL, account_link_fields, MAY_QUERY, NULL),
    OBJECT("AuthProvider", "0SO", "DeveloperName", auth_provider_fields, MAY_QUERY, NULL),
    OBJECT("AuthSession", "0Ak", NULL, auth_session_fields, MAY_QUERY | MAY_DELETE, NULL),
    OBJECT("ActivityUsrConnectionStatus", "0n0", NULL, connection_status_fields, MAY_QUERY, "feature_eac"),
    OBJECT("UserLogin", "0Yw", NULL, user_login_fields, MAY_QUERY | MAY_CHANGE, NULL),
    OBJECT("UserPermissionAccess", "0Up", NULL, access_fields, MAY_QUERY, NULL),
    OBJECT("SetupAuditTrail", "0Ym", NULL, audit_fields, MAY_QUERY, NULL),
    OBJECT("EmailMessage", "02s", NULL, mail_fields, MAY_QUERY, NULL),
    OBJECT("UserEmailCalendarSync", "0Uc", NULL, calendar_sync_fields, MAY_INSERT | MAY_CHANGE, "feature_eac"),
};

static const struct child children[] = {
    {"User", "PermissionSetAssignments", "PermissionSetAssignment", "AssigneeId"},
    {"User", "PermissionSetLicenseAssignments", "PermissionSetLicenseAssign", "AssigneeId"},
    {"PermissionSet", "Assignments", "PermissionSetAssignment", "PermissionSetId"},
    {"PermissionSetGroup", "PermissionSetGroupComponents", "PermissionSetGroupComponent", "PermissionSetGroupId"},
};

#define FLAG(flag, label, feature) {#flag, label},
static const struct {
	const char *name;
	const char *label;
} flags[] = {PERMISSION_FLAGS(FLAG)};

const struct object *schema_object_at(size_t index)
{
	return index < COUNT(objects) ? &objects[index] : NULL;
}

const struct object *schema_object(const char *name)
{
	for (size_t i = 0; i < COUNT(objects); i++)
		if (strcasecmp(objects[i].name, name) == 0)
			return &objects[i];
	return NULL;
}

const struct object *schema_object_of_id(const char *id)
{
	for (size_t i = 0; id && i < COUNT(objects); i++)
		if (strncmp(objects[i].prefix, id, 3) == 0)
			return &objects[i];
	return NULL;
}

const struct field *schema_field(const struct object *object, const char *name)
{
	for (size_t i = 0; i < object->field_count; i++)
		if (strcasecmp(object->fields[i].name, name) == 0)
			return &object->fields[i];
	return NULL;
}

const struct field *schema_relationship(const struct object *object, const char *name)
{
	for (size_t i = 0; i < object->field_count; i++) {
		const char *walk = object->fields[i].relationship;
		if (walk && strcasecmp(walk, name) == 0)
			return &object->fields[i];
	}
	return NULL;
}

const struct child *schema_child_at(size_t index)
{
	return index < COUNT(children) ? &children[index] : NULL;
}

const struct child *schema_child(const struct object *parent, const char *relationship)
{
	for (size_t i = 0; i < COUNT(children); i++)
		if (strcmp(children[i].parent, parent->name) == 0 &&
		    strcasecmp(children[i].relationship, relationship) == 0)
			return &children[i];
	return NULL;
}

const char *schema_type_name(enum field_type type)
{
	static const char *const names[] = {"id",      "reference", "string",   "picklist", "textarea",
	                                    "boolean", "int",       "datetime", "date"};
	return names[type];
}

const char *schema_flag_at(size_t index)
{
	return index < COUNT(flags) ? flags[index].name : NULL;
}

const char *schema_flag_label(const char *flag)
{
	for (size_t i = 0; i < COUNT(flags); i++)
		if (strcmp(flags[i].name, flag) == 0)
			return flags[i].label;
	return flag;
}
