// The fake Salesforce, spoken to by jsforce and by hand: what works must work, what Salesforce refuses must be refused.
// run-salesforce.sh starts the fake and sets SF_URL and SF_KEY (the private key of the certificate that it was given).

import test, { beforeEach } from 'node:test';
import assert from 'node:assert/strict';
import { createSign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import jsforce from 'jsforce';

const base = process.env.SF_URL;
const key = readFileSync(process.env.SF_KEY);
const version = '64.0';
const data = `/services/data/v${version}`;
const grant = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
const inbox = 'InboxWithEinsteinActivityCapture';

// --- helpers

const base64url = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');

function assertion(change = {}, { alg = 'RS256', by = key } = {}) {
	const now = Math.floor(Date.now() / 1000);
	const claims = { iss: '3MVG9eacbot', sub: 'eacbot@example.com', aud: 'https://login.salesforce.com', exp: now + 180, ...change };
	const text = `${base64url({ alg })}.${base64url(claims)}`;
	return `${text}.${alg === 'none' ? '' : createSign('RSA-SHA256').update(text).sign(by).toString('base64url')}`;
}

async function login() {
	const conn = new jsforce.Connection({ oauth2: { loginUrl: base, clientId: '3MVG9eacbot' }, version });
	await conn.authorize({ grant_type: grant, assertion: assertion() });
	return conn;
}

async function sim(path, body, method) {
	const answer = await fetch(`${base}/_sim/${path}`, { method: method ?? (body ? 'POST' : 'GET'), body: body && JSON.stringify(body) });
	return answer.json();
}

const violations = async () => (await sim('violations')).map((v) => v.sentence);

async function raw(conn, path, options = {}) {
	const answer = await fetch(base + path, {
		...options,
		headers: { Authorization: `Bearer ${conn.accessToken}`, 'Content-Type': 'application/json', ...options.headers },
	});
	const text = await answer.text();
	let body = text;
	try { body = JSON.parse(text); } catch { /* not all answers are JSON */ }
	return { status: answer.status, headers: answer.headers, body };
}

async function token(form, headers = {}) {
	const answer = await fetch(`${base}/services/oauth2/token`, { method: 'POST', body: new URLSearchParams(form), headers });
	return { status: answer.status, ...(await answer.json()) };
}

const composite = (conn, parts, more = {}) =>
	conn.request({ method: 'POST', url: `${data}/composite`, body: JSON.stringify({ collateSubrequests: false, compositeRequest: parts, ...more }), headers: { 'content-type': 'application/json' } });
const ask = (soql, referenceId) => ({ method: 'GET', url: `${data}/query?q=${encodeURIComponent(soql)}`, referenceId });
const remove = (object, id, referenceId) => ({ method: 'DELETE', url: `${data}/sobjects/${object}/${id}`, referenceId });

const userId = async (name) => (await sim(`holdings?user=${name}`)).id;
const setNames = async (name) => (await sim(`holdings?user=${name}`)).sets.filter((s) => !s.profile).map((s) => s.name);
async function assignment(conn, name, set = inbox) {
	const { records } = await conn.query(`SELECT Id FROM PermissionSetAssignment WHERE AssigneeId = '${await userId(name)}' AND PermissionSet.Name = '${set}'`);
	return records[0].Id;
}
async function setId(conn, set = inbox) {
	return (await conn.query(`SELECT Id FROM PermissionSet WHERE Name = '${set}'`)).records[0].Id;
}
const refused = (code) => (err) => { assert.equal(err.errorCode ?? err.name, code, err.message); return true; };

beforeEach(async () => {
	await sim('reset', {});
	await sim('violations', undefined, 'DELETE');
	await sim('faults', undefined, 'DELETE');
});

// --- logging in

test('an assertion logs in, and the same token comes again', async () => {
	const one = await login();
	const two = await login();
	assert.equal(one.accessToken, two.accessToken);
	assert.match(one.accessToken, /^00D\w{12}![\w.]+$/);
	assert.equal(one.instanceUrl, base);
	assert.equal((await one.identity()).username, 'eacbot@example.com');
});

test('what is wrong with an assertion is said as Salesforce says it', async () => {
	const now = Math.floor(Date.now() / 1000);
	const { generateKeyPairSync } = await import('node:crypto');
	const other = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
	const cases = [
		[assertion({ iss: 'another' }), 'invalid_client_id', 'client identifier invalid'],
		[assertion({ aud: 'https://elsewhere.example.com' }), 'invalid_grant', 'Audience validation failed'],
		[assertion({ exp: now - 10 }), 'invalid_grant', 'expired authorization code'],
		[assertion({ exp: now + 3600 }), 'invalid_grant', 'invalid assertion'],
		[assertion({}, { by: other }), 'invalid_grant', 'invalid assertion'],
		[assertion({}, { alg: 'none' }), 'invalid_grant', 'invalid assertion'],
		[assertion({ sub: 'nobody@example.com' }), 'invalid_grant', "user hasn't approved this consumer"],
		[assertion({ sub: 'adam@example.com' }), 'invalid_app_access', 'user is not admin approved to access this app'],
		[assertion({ sub: 'ina@example.com' }), 'inactive_user', 'user is inactive'],
		['a.b', 'invalid_grant', 'invalid assertion'],
	];
	for (const [text, error, description] of cases) {
		const answer = await token({ grant_type: grant, assertion: text });
		assert.deepEqual([answer.status, answer.error, answer.error_description], [400, error, description]);
	}
	assert.equal((await token({ grant_type: 'password' })).error, 'unsupported_grant_type');
});

test('times are judged by the clock of the server, which it tells', async () => {
	await sim('switch', { clock_offset_s: 7200 });
	const late = await token({ grant_type: grant, assertion: assertion() });
	assert.equal(late.error_description, 'expired authorization code');
	const date = Date.parse((await fetch(`${base}/services/data/`)).headers.get('date'));
	assert.ok(date - Date.now() > 7000 * 1000);
	const exp = Math.floor(date / 1000) + 180;
	assert.equal((await token({ grant_type: grant, assertion: assertion({ exp }) })).status, 200);
});

test('a client secret logs in, in the header or in the body', async () => {
	const basic = `Basic ${Buffer.from('3MVG9eacbot:sim-secret').toString('base64')}`;
	assert.equal((await token({ grant_type: 'client_credentials' }, { Authorization: basic })).token_type, 'Bearer');
	assert.equal((await token({ grant_type: 'client_credentials', client_id: '3MVG9eacbot', client_secret: 'sim-secret' })).status, 200);
	assert.equal((await token({ grant_type: 'client_credentials', client_id: '3MVG9eacbot', client_secret: 'no' })).error, 'invalid_client');
	await sim('setup', { run_as: '' });
	assert.equal((await token({ grant_type: 'client_credentials' }, { Authorization: basic })).error_description, 'no client credentials user enabled');
});

test('an expired session is 401, and jsforce logs in again', async () => {
	let again = 0;
	const first = await login();
	const conn = new jsforce.Connection({
		instanceUrl: base, accessToken: first.accessToken, version,
		refreshFn: async (c, done) => { again++; done(null, (await login()).accessToken); },
	});
	await sim('expire_sessions', {});
	assert.equal((await conn.query('SELECT Id FROM Organization')).totalSize, 1);
	assert.equal(again, 1);
	assert.equal((await raw(first, `${data}/limits`)).body[0].errorCode, 'INVALID_SESSION_ID');
});

test('a session may end after so many calls', async () => {
	await sim('switch', { session_calls: 2 });
	const conn = await login();
	const answers = [];
	for (let i = 0; i < 3; i++) answers.push((await raw(conn, `${data}/limits`)).status);
	assert.deepEqual(answers, [200, 200, 401]);
});

// --- reading

test('jsforce queries, walks to parents and reads child lists', async () => {
	const conn = await login();
	const { records } = await conn.query(`SELECT Id, Profile.Name, (SELECT PermissionSet.Name FROM PermissionSetAssignments),
		(SELECT Id FROM PermissionSetLicenseAssignments) FROM User WHERE Username IN ('jane@example.com', 'nora@example.com') ORDER BY Username`);
	assert.equal(records[0].Profile.Name, 'Standard User');
	assert.ok(records[0].PermissionSetAssignments.records.some((r) => r.PermissionSet.Name === inbox));
	assert.equal(records[1].PermissionSetLicenseAssignments, null);
});

test('pages follow each other until done', async () => {
	await sim('switch', { page_size: 4 });
	const conn = await login();
	const all = await conn.query('SELECT Username FROM User', { autoFetch: true });
	assert.equal(all.records.length, 27);
	const page = await conn.query('SELECT Username FROM User');
	assert.match(page.nextRecordsUrl, /\/query\/01g\w+-4$/);
	await assert.rejects(conn.queryMore(`${data}/query/01gNothing-4`), refused('INVALID_QUERY_LOCATOR'));
});

test('describe says what may be done', async () => {
	const conn = await login();
	assert.equal((await conn.sobject('OauthToken').describe()).deletable, false);
	const links = await conn.sobject('ThirdPartyAccountLink').describe();
	assert.deepEqual([links.deletable, links.queryable], [false, true]);
	await sim('switch', { links_writable: true });
	assert.equal((await (await login()).sobject('ThirdPartyAccountLink').describe()).deletable, true);
	assert.ok((await conn.sobject('PermissionSet').describe()).fields.some((f) => f.name === 'PermissionsSalesforceIQInbox'));
});

test('what the org has not bought is not there', async () => {
	const conn = await login();
	await sim('switch', { feature_eac: false, feature_inbox: false });
	await assert.rejects(conn.query('SELECT UserId FROM ActivityUsrConnectionStatus'), refused('INVALID_TYPE'));
	await assert.rejects(conn.query('SELECT PermissionsSalesforceIQInbox FROM PermissionSet'), refused('INVALID_FIELD'));
	const described = await conn.sobject('PermissionSet').describe();
	assert.ok(!described.fields.some((f) => f.name === 'PermissionsSalesforceIQInbox'));
});

test('a field that is too new for the version is not there', async () => {
	const conn = await login();
	const q = encodeURIComponent('SELECT Source FROM EmailMessage');
	assert.equal((await raw(conn, `/services/data/v63.0/query?q=${q}`)).body[0].errorCode, 'INVALID_FIELD');
	assert.equal((await raw(conn, `/services/data/v64.0/query?q=${q}`)).status, 200);
	assert.equal((await raw(conn, `/services/data/v99.0/query?q=${q}`)).status, 404);
});

test('without rights a query is blind, not refused', async () => {
	const conn = await login();
	const count = async (soql) => (await conn.query(soql)).totalSize;
	assert.ok((await count('SELECT COUNT() FROM OauthToken')) > 1);
	await sim('rights', { user: 'eacbot', remove: ['CustomizeApplication', 'ManageUsers'] });
	assert.equal(await count('SELECT COUNT() FROM OauthToken'), 1);
	assert.equal(await count('SELECT COUNT() FROM ThirdPartyAccountLink'), 0);
	assert.equal(await count('SELECT COUNT() FROM UserLogin'), 0);
	await assert.rejects(conn.query('SELECT UserId FROM ActivityUsrConnectionStatus'), refused('INVALID_TYPE'));
	const { records } = await conn.query('SELECT PermissionsManageUsers, PermissionsViewSetup FROM UserPermissionAccess');
	assert.deepEqual([records[0].PermissionsManageUsers, records[0].PermissionsViewSetup], [false, true]);
});

test('the id in the connection status is a plain text', async () => {
	const conn = await login();
	const id = await userId('jane');
	const count = async (value) => (await conn.query(`SELECT COUNT() FROM ActivityUsrConnectionStatus WHERE UserId = '${value}'`)).totalSize;
	assert.deepEqual([await count(id), await count(id.slice(0, 15))], [1, 0]);
	await sim('switch', { eac_user_id_form: 15 });
	assert.deepEqual([await count(id), await count(id.slice(0, 15))], [0, 1]);
	assert.equal((await conn.query(`SELECT COUNT() FROM UserLogin WHERE UserId = '${id.slice(0, 15)}'`)).totalSize, 1);
});

test('answers are counted, and when nothing is left they are 403', async () => {
	const conn = await login();
	await conn.query('SELECT Id FROM Organization');
	assert.deepEqual(conn.limitInfo.apiUsage, { used: 101, limit: 100000 });
	await composite(conn, [ask('SELECT Id FROM Organization', 'a'), ask('SELECT Id FROM Profile', 'b')]);
	assert.equal((await sim('calls')).counted, 2);
	await sim('switch', { api_used: 100000 });
	const answer = await raw(conn, `${data}/limits`);
	assert.deepEqual([answer.status, answer.body[0].errorCode, answer.body[0].message], [403, 'REQUEST_LIMIT_EXCEEDED', 'TotalRequests Limit exceeded.']);
});

test('answers are compressed, and chunked when asked', async () => {
	const conn = await login();
	await sim('switch', { chunked: true });
	const answer = await raw(conn, `${data}/sobjects`, { headers: { 'Accept-Encoding': 'gzip' } });
	assert.equal(answer.headers.get('content-encoding'), 'gzip');
	assert.equal(answer.headers.get('content-length'), null);
	assert.ok(answer.body.sobjects.length > 10);
});

// --- writing

test('a set goes with its licence and comes back with it', async () => {
	const conn = await login();
	const id = await assignment(conn, 'tara');
	const [before] = (await sim('holdings?user=tara')).sets.filter((s) => s.name === inbox);
	assert.equal((await conn.sobject('PermissionSetAssignment').destroy(id)).success, true);
	assert.deepEqual((await sim('holdings?user=tara')).licenses, []);
	const record = { AssigneeId: await userId('tara'), PermissionSetId: await setId(conn), ExpirationDate: before.expires };
	const made = await conn.sobject('PermissionSetAssignment').create(record);
	assert.match(made.id, /^0Pa/);
	const after = await sim('holdings?user=tara');
	assert.deepEqual(after.licenses, ['InboxPsl']);
	assert.equal(after.sets.find((s) => s.name === inbox).expires, before.expires);
	assert.deepEqual(await violations(), []);
	await assert.rejects(conn.sobject('PermissionSetAssignment').create(record), refused('DUPLICATE_VALUE'));
	assert.equal((await violations()).length, 1);
	const { records } = await conn.query('SELECT Action FROM SetupAuditTrail ORDER BY CreatedDate');
	assert.deepEqual(records.map((r) => r.Action).sort(), ['PermSetAssign', 'PermSetLicenseAssign', 'PermSetLicenseUnassign', 'PermSetUnassign']);
});

test('a licence may stay, or go later', async () => {
	const conn = await login();
	await sim('switch', { auto_unassign: false });
	await conn.sobject('PermissionSetAssignment').destroy(await assignment(conn, 'bob'));
	assert.deepEqual((await sim('holdings?user=bob')).licenses, ['InboxPsl']);
	const [row] = (await conn.query(`SELECT Id FROM PermissionSetLicenseAssign WHERE AssigneeId = '${await userId('bob')}'`)).records;
	await conn.sobject('PermissionSetLicenseAssign').destroy(row.Id);
	assert.deepEqual((await sim('holdings?user=bob')).licenses, []);
	await sim('switch', { auto_unassign: true, unassign_lag_ms: 80 });
	await conn.sobject('PermissionSetAssignment').destroy(await assignment(conn, 'carl'));
	assert.deepEqual((await sim('holdings?user=carl')).licenses, ['InboxPsl']);
	await new Promise((done) => setTimeout(done, 120));
	assert.deepEqual((await sim('holdings?user=carl')).licenses, []);
});

test('a licence that a set needs can not be removed', async () => {
	const conn = await login();
	const [row] = (await conn.query(`SELECT Id FROM PermissionSetLicenseAssign WHERE AssigneeId = '${await userId('bob')}'`)).records;
	await assert.rejects(conn.sobject('PermissionSetLicenseAssign').destroy(row.Id), refused('FIELD_INTEGRITY_EXCEPTION'));
});

test('no seat, no set', async () => {
	const conn = await login();
	await sim('switch', { steal_seats: 1 });
	await sim('seats', { license: 'InboxPsl', free: 0 });
	await conn.sobject('PermissionSetAssignment').destroy(await assignment(conn, 'bob'));
	const record = { AssigneeId: await userId('bob'), PermissionSetId: await setId(conn) };
	await assert.rejects(conn.sobject('PermissionSetAssignment').create(record), refused('LICENSE_LIMIT_EXCEEDED'));
	await sim('seats', { license: 'InboxPsl', free: 1 });
	assert.equal((await conn.sobject('PermissionSetAssignment').create(record)).success, true);
});

test('what is gone is said to be gone', async () => {
	const conn = await login();
	const id = await assignment(conn, 'bob');
	await conn.sobject('PermissionSetAssignment').destroy(id);
	await assert.rejects(conn.sobject('PermissionSetAssignment').destroy(id), refused('ENTITY_IS_DELETED'));
	await assert.rejects(conn.sobject('PermissionSetAssignment').destroy('0PaSj0000099999'), refused('NOT_FOUND'));
	assert.match((await violations())[0], /again/);
});

test('writes need their rights', async () => {
	const conn = await login();
	const id = await assignment(conn, 'bob');
	await sim('rights', { user: 'eacbot', remove: ['AssignPermissionSets'] });
	await assert.rejects(conn.sobject('PermissionSetAssignment').destroy(id), refused('INSUFFICIENT_ACCESS_OR_READONLY'));
	assert.ok((await setNames('bob')).includes(inbox));
});

test('what may not be written is refused', async () => {
	const conn = await login();
	const bob = await userId('bob');
	const set = await setId(conn);
	const create = (object, record) => conn.sobject(object).create(record);
	await assert.rejects(create('PermissionSetAssignment', { AssigneeId: bob }), refused('REQUIRED_FIELD_MISSING'));
	await assert.rejects(create('PermissionSetAssignment', { AssigneeId: bob, PermissionSetId: bob }), refused('MALFORMED_ID'));
	await assert.rejects(create('PermissionSetAssignment', { AssigneeId: bob, PermissionSetId: set, Nothing: 1 }), refused('INVALID_FIELD'));
	await assert.rejects(create('PermissionSetAssignment', { AssigneeId: await userId('ina'), PermissionSetId: await setId(conn, 'SalesReports') }), refused('INACTIVE_OWNER_OR_USER'));
	await assert.rejects(create('PermissionSetAssignment', { AssigneeId: bob, PermissionSetId: set, ExpirationDate: 'soon' }), refused('JSON_PARSER_ERROR'));
	await assert.rejects(create('OauthToken', { UserId: bob }), refused('CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY'));
	await assert.rejects(conn.sobject('ThirdPartyAccountLink').destroy('04USj0000000001'), refused('INVALID_TYPE_FOR_OPERATION'));
});

test('a session of an add-in ends, the browser stays', async () => {
	const conn = await login();
	const { records } = await conn.query(`SELECT Id FROM AuthSession WHERE UsersId = '${await userId('jane')}' AND LoginType = 'Outlook Integration'`);
	await conn.sobject('AuthSession').destroy(records[0].Id);
	assert.deepEqual((await sim('holdings?user=jane')).sessions, ['Application']);
	assert.deepEqual(await violations(), []);
});

test('links can be deleted only where Support has allowed it', async () => {
	const conn = await login();
	const { records } = await conn.query(`SELECT Id, IsNotSsoUsable FROM ThirdPartyAccountLink WHERE UserId = '${await userId('jane')}' ORDER BY IsNotSsoUsable DESC`);
	await assert.rejects(conn.sobject('ThirdPartyAccountLink').destroy(records[0].Id), refused('INVALID_TYPE_FOR_OPERATION'));
	await sim('switch', { links_writable: true });
	await conn.sobject('ThirdPartyAccountLink').destroy(records[0].Id);
	assert.deepEqual(await violations(), []);
	await conn.sobject('ThirdPartyAccountLink').destroy(records[1].Id);
	assert.match((await violations())[0], /login link/);
});

test('an assignment that has expired is not active', async () => {
	const conn = await login();
	const set = { object: 'PermissionSetAssignment', where: { AssigneeId: '=tara@example.com', PermissionSetId: `=${inbox}` }, set: { ExpirationDate: '-1m' } };
	const active = async () => (await conn.query(`SELECT IsActive FROM PermissionSetAssignment WHERE Id = '${await assignment(conn, 'tara')}'`)).records[0].IsActive;
	assert.equal(await active(), true);
	await sim('patch', set);
	assert.equal(await active(), false);
});

test('collections answer 200 and name codes differently', async () => {
	const conn = await login();
	const ids = [await assignment(conn, 'bob'), await assignment(conn, 'greg', 'X00eStandardUser')];
	const answer = await raw(conn, `${data}/composite/sobjects?ids=${ids}&allOrNone=true`, { method: 'DELETE' });
	assert.equal(answer.status, 200);
	assert.deepEqual(answer.body.map((r) => r.errors[0].statusCode), ['ALL_OR_NONE_OPERATION_ROLLED_BACK', 'FIELD_INTEGRITY_EXCEPTION']);
	assert.ok((await setNames('bob')).includes(inbox));
	const results = await conn.sobject('PermissionSetAssignment').destroy(ids, { allOrNone: false });
	assert.deepEqual(results.map((r) => r.success), [true, false]);
	const mixed = await raw(conn, `${data}/composite/sobjects?ids=${ids[1]},2LASj0000100001&allOrNone=false`, { method: 'DELETE' });
	assert.equal(mixed.status, 400);
});

// --- composite

test('a composite runs in order, and later parts refer to earlier ones', async () => {
	const conn = await login();
	const jane = await userId('jane');
	const { compositeResponse: parts } = await composite(conn, [
		ask("SELECT Id FROM User WHERE Username = 'jane@example.com'", 'who'),
		{ method: 'GET', url: `${data}/query?q=SELECT+AppName+FROM+OauthToken+WHERE+UserId='@{who.records[0].Id}'`, referenceId: 'tokens' },
		remove('PermissionSetAssignment', await assignment(conn, 'jane'), 'gone'),
		ask(`SELECT Id FROM PermissionSetLicenseAssign WHERE AssigneeId = '${jane}' AND PermissionSetLicense.DeveloperName = 'InboxPsl'`, 'left'),
		{ method: 'POST', url: `${data}/sobjects/PermissionSetAssignment`, referenceId: 'back', body: { AssigneeId: '@{who.records[0].Id}', PermissionSetId: await setId(conn) } },
		{ method: 'GET', url: `${data}/sobjects/PermissionSetAssignment/@{back.id}`, referenceId: 'look' },
		{ method: 'GET', url: `${data}/sobjects/PermissionSetAssignment/@{left.records[0].Id}`, referenceId: 'none' },
	]);
	assert.deepEqual(parts.map((p) => p.httpStatusCode), [200, 200, 204, 200, 201, 200, 400]);
	assert.equal(parts[1].body.totalSize, 3);
	assert.equal(parts[2].body, null);
	assert.equal(parts[3].body.totalSize, 0);
	assert.match(parts[4].httpHeaders.Location, /PermissionSetAssignment\/0Pa/);
	assert.equal(parts[6].body[0].errorCode, 'PROCESSING_HALTED');
	assert.deepEqual(await violations(), []);
});

test('all or none takes everything back', async () => {
	const conn = await login();
	const { compositeResponse: parts } = await composite(conn, [
		remove('PermissionSetAssignment', await assignment(conn, 'bob'), 'one'),
		remove('PermissionSetAssignment', '0PaSj0000099999', 'two'),
		ask('SELECT Id FROM Organization', 'three'),
	], { allOrNone: true });
	assert.deepEqual(parts.map((p) => [p.httpStatusCode, p.body[0].errorCode]), [[400, 'PROCESSING_HALTED'], [404, 'NOT_FOUND'], [400, 'PROCESSING_HALTED']]);
	assert.ok((await setNames('bob')).includes(inbox));
	assert.deepEqual((await sim('holdings?user=bob')).licenses, ['InboxPsl']);
});

test('a composite without its own order is done in another', async () => {
	const conn = await login();
	const [license] = (await conn.query(`SELECT Id FROM PermissionSetLicenseAssign WHERE AssigneeId = '${await userId('bob')}'`)).records;
	await sim('switch', { auto_unassign: false });
	const parts = [remove('PermissionSetAssignment', await assignment(conn, 'bob'), 'set'), remove('PermissionSetLicenseAssign', license.Id, 'license')];
	const first = await composite(conn, parts, { collateSubrequests: true });
	assert.deepEqual(first.compositeResponse.map((p) => p.httpStatusCode), [204, 400]);
	assert.match((await violations())[0], /collateSubrequests/);
	await sim('reset', {});
	await sim('switch', { auto_unassign: false });
	const again = await composite(await login(), parts);
	assert.deepEqual(again.compositeResponse.map((p) => p.httpStatusCode), [204, 204]);
});

test('a composite that breaks the rules is refused as a whole', async () => {
	const conn = await login();
	const q = (n) => ask('SELECT Id FROM Organization', `q${n}`);
	const post = async (parts) => (await raw(conn, `${data}/composite`, { method: 'POST', body: JSON.stringify({ compositeRequest: parts }) })).status;
	assert.equal(await post([1, 2, 3, 4, 5].map(q)), 200);
	assert.equal(await post([1, 2, 3, 4, 5, 6].map(q)), 400);
	assert.equal(await post([q(1), q(1)]), 400);
	assert.equal(await post([{ ...q(1), referenceId: 'a-b' }]), 400);
	assert.equal(await post([{ ...q(1), httpHeaders: { Authorization: 'x' } }]), 400);
	assert.equal(await post([{ ...q(1), url: '/elsewhere' }]), 400);
	assert.equal(await post([]), 400);
	assert.equal((await violations()).length, 1);
});

test('tokens can not be read behind a write', async () => {
	const conn = await login();
	const { compositeResponse: parts } = await composite(conn, [remove('PermissionSetAssignment', await assignment(conn, 'bob'), 'set'), ask('SELECT AppName FROM OauthToken', 'tokens')]);
	assert.match(parts[1].body[0].message, /UncommittedWork/);
});

test('a batch counts each part', async () => {
	const conn = await login();
	const answer = await raw(conn, `${data}/composite/batch`, {
		method: 'POST', body: JSON.stringify({ batchRequests: [{ method: 'GET', url: `v${version}/sobjects/Nothing` }, { method: 'GET', url: `v${version}/query?q=SELECT+Id+FROM+Organization` }] }),
	});
	assert.deepEqual([answer.body.hasErrors, ...answer.body.results.map((r) => r.statusCode)], [true, 404, 200]);
	assert.equal((await sim('calls')).counted, 2);
});

// --- revoking

test('a token is revoked once', async () => {
	const conn = await login();
	const { records } = await conn.query(`SELECT AppName, DeleteToken FROM OauthToken WHERE UserId = '${await userId('jane')}' AND AppName = 'SalesforceIQ'`);
	for (const row of records) await conn.oauth2.revokeToken(row.DeleteToken);
	assert.deepEqual((await sim('holdings?user=jane')).tokens, ['Salesforce for Android']);
	assert.deepEqual(await violations(), []);
	await assert.rejects(conn.oauth2.revokeToken(records[0].DeleteToken), refused('invalid_token'));
	assert.match((await violations())[0], /again/);
});

test('a token may come again', async () => {
	const conn = await login();
	await sim('switch', { retoken_ms: 1, retoken_times: 1 });
	const { records } = await conn.query(`SELECT DeleteToken FROM OauthToken WHERE UserId = '${await userId('bob')}'`);
	await conn.oauth2.revokeToken(records[0].DeleteToken);
	await new Promise((done) => setTimeout(done, 20));
	assert.deepEqual((await sim('holdings?user=bob')).tokens, ['SalesforceIQ']);
});

// --- guard rails

test('what a careful client never does is a violation', async () => {
	const conn = await login();
	const [browser] = (await conn.query(`SELECT Id FROM AuthSession WHERE UsersId = '${await userId('jane')}' AND LoginType = 'Application'`)).records;
	const [app] = (await conn.query(`SELECT DeleteToken FROM OauthToken WHERE UserId = '${await userId('jane')}' AND AppName LIKE '%Android'`)).records;
	const deeds = [
		[/may_touch/, async () => conn.sobject('PermissionSetAssignment').destroy(await assignment(conn, 'ceo'))],
		[/may_remove/, async () => conn.sobject('PermissionSetAssignment').destroy(await assignment(conn, 'jane', 'SalesReports'))],
		[/whole group/, async () => conn.sobject('PermissionSetAssignment').destroy(await assignment(conn, 'jane', 'SalesTeamGroup'))],
		[/session of type Application/, () => conn.sobject('AuthSession').destroy(browser.Id)],
		[/another app/, () => conn.oauth2.revokeToken(app.DeleteToken)],
		[/secrets/, () => conn.query('SELECT AccessToken FROM OauthToken')],
		[/into a url/, () => fetch(`${base}/services/oauth2/revoke?token=x`)],
		[/not percent-encoded/, () => composite(conn, [{ method: 'GET', url: `${data}/query?q=SELECT Id FROM Organization`, referenceId: 'a' }])],
		[/its own access token/, () => conn.oauth2.revokeToken(conn.accessToken)],
	];
	for (const [sentence, deed] of deeds) {
		await sim('violations', undefined, 'DELETE');
		await deed();
		assert.ok((await violations()).some((v) => sentence.test(v)), `${sentence}`);
	}
});

// --- mishaps and people

test('faults hit the whole call or one part of a composite', async () => {
	const conn = await login();
	await sim('faults', { kind: 'query', do: 'limit_concurrent' });
	await assert.rejects(conn.query('SELECT Id FROM Organization'), refused('REQUEST_LIMIT_EXCEEDED'));
	await sim('faults', { kind: 'query', do: 'maintenance_page' });
	const page = await raw(conn, `${data}/query?q=SELECT+Id+FROM+Organization`);
	assert.deepEqual([page.status, page.headers.get('content-type')], [503, 'text/html']);
	await sim('faults', { kind: 'composite', do: 'lock_row', on: '/PermissionSetAssignment/' });
	const parts = [remove('PermissionSetAssignment', await assignment(conn, 'bob'), 'set'), ask('SELECT Id FROM Organization', 'org')];
	assert.deepEqual((await composite(conn, parts)).compositeResponse.map((p) => p.httpStatusCode), [400, 200]);
	await sim('faults', { kind: 'composite', drop: 'after' });
	const lost = await fetch(`${base}${data}/composite`, {
		method: 'POST', headers: { Authorization: `Bearer ${conn.accessToken}`, 'Content-Type': 'application/json' },
		body: JSON.stringify({ collateSubrequests: false, compositeRequest: parts }),
	}).catch(() => null);
	assert.equal(lost, null);
	assert.ok(!(await setNames('bob')).includes(inbox));
	await sim('faults', { kind: 'query', do: 'session_expired' });
	assert.equal((await raw(conn, `${data}/query?q=SELECT+Id+FROM+Organization`)).status, 401);
});

test('automation may put a set back', async () => {
	const conn = await login();
	await sim('switch', { regrant_ms: 1, regrant_times: 1 });
	await conn.sobject('PermissionSetAssignment').destroy(await assignment(conn, 'bob'));
	await new Promise((done) => setTimeout(done, 20));
	assert.ok((await setNames('bob')).includes(inbox));
	await conn.sobject('PermissionSetAssignment').destroy(await assignment(conn, 'bob'));
	assert.ok(!(await setNames('bob')).includes(inbox));
});

test('people disconnect, connect, send mail and remove links', async () => {
	const conn = await login();
	const jane = await userId('jane');
	await sim('disconnect', { user: 'jane' });
	assert.equal((await sim('holdings?user=jane')).status, 'PENDING');
	await sim('admin_remove_links', { user: 'jane' });
	assert.deepEqual((await sim('holdings?user=jane')).links, [{ handle: 'jane@login.example.com', mailbox: false }]);
	await sim('connect', { user: 'jane' });
	const after = await sim('holdings?user=jane');
	assert.deepEqual([after.status, after.links.length, after.tokens.length], ['ACTIVE', 2, 4]);
	await sim('send_mail', { user: 'jane' });
	const { records } = await conn.query(`SELECT Source, Status FROM EmailMessage WHERE CreatedById = '${jane}' AND Incoming = false`);
	assert.deepEqual(records.map((r) => [r.Source, r.Status]), [[null, '3']]);
});

test('tests change rows behind the client', async () => {
	const conn = await login();
	await sim('insert', { object: 'PermissionSetAssignment', row: { AssigneeId: '=nora@example.com', PermissionSetId: '=SalesReports', ExpirationDate: '+2d' } });
	assert.deepEqual(await setNames('nora'), ['SalesReports']);
	await sim('patch', { object: 'PermissionSetLicense', where: { DeveloperName: 'InboxPsl' }, set: { Status: 'Disabled' } });
	assert.equal((await conn.query("SELECT Status FROM PermissionSetLicense WHERE DeveloperName = 'InboxPsl'")).records[0].Status, 'Disabled');
	await sim('delete', { object: 'OauthToken', where: { UserId: '=bob@example.com' } });
	assert.deepEqual((await sim('holdings?user=bob')).tokens, []);
	assert.equal((await sim('rows?object=UserLogin')).length, 2);
});
