/*
 * schema_flags.h - the permission flags of the fake org: name, words in Setup, feature.
 *
 * The same list makes Permissions* on PermissionSet, Profile and UserPermissionAccess and MaximumPermissions* on
 * PermissionSetLicense. A real org has some hundreds; these are the ones that matter here and enough others to make a
 * set "broad".
 */
#pragma once

#define PERMISSION_FLAGS(X) \
	X(SalesforceIQInbox, "Use Inbox", "feature_inbox") \
	X(AutomaticActivityCapture, "Use Einstein Activity Capture", "feature_eac") \
	X(StdAutomaticActivityCapture, "Use Einstein Activity Capture Standard", "feature_eac_std") \
	X(UseInboxSchedulingOnBehalfOf, "Inbox Scheduling Proxy User", "feature_scheduling") \
	X(SalesforceIQInternal, "Integration user of Inbox", "feature_internal") \
	X(ApiEnabled, "API Enabled", NULL) \
	X(ApiUserOnly, "Api Only User", NULL) \
	X(ViewSetup, "View Setup and Configuration", NULL) \
	X(AssignPermissionSets, "Assign Permission Sets", NULL) \
	X(ManageUsers, "Manage Users", NULL) \
	X(ManageInternalUsers, "Manage Internal Users", NULL) \
	X(CustomizeApplication, "Customize Application", NULL) \
	X(ManageAuthProviders, "Manage Auth. Providers", NULL) \
	X(ManageRemoteAccess, "Manage Connected Apps", NULL) \
	X(ManageProfilesPermissionsets, "Manage Profiles and Permission Sets", NULL) \
	X(ManageSessionPermissionSets, "Manage Session Permission Set Activations", NULL) \
	X(AuthorApex, "Author Apex", NULL) \
	X(ModifyAllData, "Modify All Data", NULL) \
	X(ViewAllData, "View All Data", NULL) \
	X(ViewAllUsers, "View All Users", NULL) \
	X(ResetPasswords, "Reset User Passwords and Unlock Users", NULL) \
	X(PasswordNeverExpires, "Password Never Expires", NULL) \
	X(EmailMass, "Mass Email", NULL) \
	X(EmailSingle, "Send Email", NULL) \
	X(EditTask, "Edit Tasks", NULL) \
	X(EditEvent, "Edit Events", NULL) \
	X(RunReports, "Run Reports", NULL) \
	X(ExportReport, "Export Reports", NULL) \
	X(LightningExperienceUser, "Lightning Experience User", NULL) \
	X(ImportLeads, "Import Leads", NULL) \
	X(ConvertLeads, "Convert Leads", NULL) \
	X(TransferAnyEntity, "Transfer Record", NULL) \
	X(ManageCases, "Manage Cases", NULL) \
	X(ChatterInternalUser, "Chatter Internal User", NULL) \
	X(SalesAnalyticsUser, "Use Sales Analytics", NULL) \
	X(EinsteinOpportunityScoring, "Use Einstein Opportunity Scoring", NULL) \
	X(HighVelocitySalesUser, "Use Sales Engagement", NULL) \
	X(AccessToServiceProcess, "Access Service Process", NULL) \
	X(TwoFactorApi, "Multi-Factor Authentication for API Logins", NULL) \
	X(UseAnyApiClient, "Use Any API Client", NULL)
