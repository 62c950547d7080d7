// Slack's own clients against the fake Slack: what they can do with it is what
// they can do with Slack. Usage: node slack.mjs http://127.0.0.1:PORT

import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { SocketModeClient, LogLevel } from '@slack/socket-mode';
import { WebClient, ErrorCode } from '@slack/web-api';

const origin = process.argv[2];
const options = { slackApiUrl: `${origin}/api/`, retryConfig: { retries: 0 }, rejectRateLimitedCalls: true,
	logLevel: LogLevel.ERROR };
const web = new WebClient('xoxb-1-sim', options);
const quiet = { debug() {}, info() {}, warn() {}, error() {}, setLevel() {}, getLevel() { return 'error'; }, setName() {} };
const socket = new SocketModeClient({ appToken: 'xapp-1-A0EAC00001-1-sim', logger: quiet, clientPingTimeout: 500,
	clientOptions: { slackApiUrl: `${origin}/api/`, logger: quiet } });

const HELPDESK = 'C0HELP0001';

async function sim(path, order) {
	const answer = await fetch(`${origin}/_sim/${path}`,
		order === undefined ? {} : { method: 'POST', body: JSON.stringify(order) });
	return { status: answer.status, body: await answer.json() };
}

async function act(path, order) {
	const { status, body } = await sim(path, order);
	assert.equal(status, 200, JSON.stringify(body));
	return body;
}

// The error code that a call fails with.
async function failure(promise) {
	try {
		await promise;
	} catch (error) {
		return error.data?.error ?? error.code;
	}
	return 'none';
}

// The next thing of that kind that the socket brings.
function next(event) {
	return new Promise((resolve) => socket.once(event, resolve));
}

async function violationsAre(...parts) {
	const { body } = await sim('violations');
	assert.deepEqual(body.map((one, i) => one.sentence.includes(parts[i]) ? parts[i] : one.sentence), parts);
	await fetch(`${origin}/_sim/violations`, { method: 'DELETE' });
}

const button = (text, more = {}) => ({ type: 'button', action_id: `act.${text}`, text: { type: 'plain_text', text }, ...more });
const section = (text) => ({ type: 'section', text: { type: 'mrkdwn', text } });
const actions = (...elements) => ({ type: 'actions', block_id: 'buttons', elements });
const dialog = (more = {}) => ({
	type: 'modal', callback_id: 'eac.repair', notify_on_close: true, private_metadata: 'key',
	title: { type: 'plain_text', text: 'Repair' }, submit: { type: 'plain_text', text: 'Start' },
	blocks: [
		{ type: 'input', block_id: 'who', label: { type: 'plain_text', text: 'Who' },
			element: { type: 'multi_users_select', action_id: 'users' } },
		{ type: 'input', block_id: 'reason', optional: true, label: { type: 'plain_text', text: 'Reason' },
			element: { type: 'plain_text_input', action_id: 'text', max_length: 100 } },
	], ...more,
});

const tests = {
	async 'the web client knows itself'() {
		const me = await web.auth.test();
		assert.equal(me.user_id, 'U0BOT0001');
		assert.equal(me.team_id, 'T0EAC0001');
		assert.ok(me.response_metadata.scopes.includes('chat:write'));
	},
	async 'wrong tokens are told apart'() {
		assert.equal(await failure(new WebClient('xoxb-wrong', options).auth.test()), 'invalid_auth');
		assert.equal(await failure(new WebClient(undefined, options).auth.test()), 'not_authed');
		assert.equal(await failure(new WebClient('xapp-1-A0EAC00001-1-sim', options)
			.chat.postMessage({ channel: HELPDESK, text: 'x' })), 'not_allowed_token_type');
		assert.equal(await failure(web.apps.connections.open()), 'not_allowed_token_type');
	},
	async 'a missing scope is named'() {
		const error = await web.reactions.add({ channel: HELPDESK, timestamp: '1.2', name: 'eyes' }).catch((e) => e);
		assert.equal(error.data.error, 'missing_scope');
		assert.equal(error.data.needed, 'reactions:write');
	},
	async 'people and groups'() {
		const jane = (await web.users.info({ user: 'U0JANE0001', include_locale: true })).user;
		assert.equal(jane.profile.email, 'jane@example.com');
		assert.equal(jane.locale, 'en-US');
		assert.equal((await web.users.lookupByEmail({ email: 'JANE@example.com' })).user.id, 'U0JANE0001');
		assert.equal(await failure(web.users.lookupByEmail({ email: 'gone@example.com' })), 'users_not_found');
		assert.equal(await failure(web.users.info({ user: 'U0NOBODY01' })), 'user_not_found');
		const groups = (await web.usergroups.list({ include_users: true })).usergroups;
		assert.deepEqual(groups.map((group) => group.id), ['S0HELPDESK', 'S0APPROVER']);
		assert.deepEqual((await web.usergroups.users.list({ usergroup: 'S0APPROVER' })).users, ['U0APPR001', 'U0APPR002']);
	},
	async 'lists come in pages'() {
		const ids = [];
		for await (const page of web.paginate('users.list', { limit: 5 }))
			ids.push(...page.members.map((user) => user.id));
		assert.equal(new Set(ids).size, ids.length);
		assert.ok(ids.length > 10);
	},
	async 'a thread, its replies and their metadata'() {
		const parent = await web.chat.postMessage({ channel: HELPDESK, text: 'parent' });
		const metadata = { event_type: 'outbox', event_payload: { k: '42' } };
		const reply = await web.chat.postMessage({ channel: HELPDESK, thread_ts: parent.ts, text: 'reply', metadata });
		assert.notEqual(reply.ts, parent.ts);
		const plain = await web.conversations.replies({ channel: HELPDESK, ts: parent.ts });
		assert.deepEqual(plain.messages.map((message) => message.text), ['parent', 'reply']);
		assert.equal(plain.messages[0].reply_count, 1);
		assert.equal(plain.messages[1].metadata.event_payload, undefined);
		const all = await web.conversations.replies({ channel: HELPDESK, ts: parent.ts, include_all_metadata: true });
		assert.equal(all.messages[1].metadata.event_payload.k, '42');
		assert.equal(await failure(web.chat.postMessage({ channel: HELPDESK, thread_ts: reply.ts, text: 'x' })),
			'cannot_reply_to_message');
		assert.equal(await failure(web.conversations.replies({ channel: HELPDESK, ts: '1.000001' })), 'thread_not_found');
		await violationsAre('is a reply\'s');
	},
	async 'an update without blocks takes the buttons away'() {
		const posted = await web.chat.postMessage({ channel: HELPDESK, text: 'old', blocks: [section('old'), actions(button('Go'))] });
		const changed = await web.chat.update({ channel: HELPDESK, ts: posted.ts, text: 'new' });
		assert.equal(changed.message.blocks, undefined);
		assert.ok(changed.message.edited);
		assert.equal(await failure(web.chat.update({ channel: HELPDESK, ts: posted.ts, text: 'x'.repeat(4001) })), 'msg_too_long');
		assert.equal(await failure(web.chat.update({ channel: HELPDESK, ts: '1.000001', text: 'x' })), 'message_not_found');
		await violationsAre('longer than 4000');
	},
	async 'blocks are measured'() {
		const refused = async (...blocks) => {
			const error = await web.chat.postMessage({ channel: HELPDESK, text: 'x', blocks }).catch((e) => e);
			assert.equal(error.data?.error, 'invalid_blocks');
			return error.data.response_metadata.messages[0];
		};
		assert.match(await refused(section('')), /json-pointer:\/blocks\/0\/text\/text/);
		assert.match(await refused(section('x'.repeat(3001))), /less than 3001/);
		assert.match(await refused(actions(button('A'), button('A'))), /action_id/);
		assert.match(await refused(actions(button('x'.repeat(76)))), /less than 76/);
		assert.match(await refused(actions(button('A', { value: 'x'.repeat(2001) }))), /less than 2001/);
		assert.match(await refused(actions(button('A', { confirm: { title: { type: 'plain_text', text: 'Sure?' } } }))), /missing/);
		assert.match(await refused({ type: 'header', text: { type: 'mrkdwn', text: 'x' } }), /unsupported type/);
		assert.match(await refused(...Array(51).fill({ type: 'divider' })), /50/);
		assert.match(await refused({ type: 'nonsense' }), /unsupported type/);
		assert.equal((await sim('violations')).body.length, 9);
		await fetch(`${origin}/_sim/violations`, { method: 'DELETE' });
	},
	async 'where the bot may not write'() {
		assert.equal(await failure(web.chat.postMessage({ channel: 'C0NOBOT001', text: 'x' })), 'not_in_channel');
		assert.equal(await failure(web.chat.postMessage({ channel: 'C0PRIVATE1', text: 'x' })), 'channel_not_found');
		assert.equal(await failure(web.chat.postMessage({ channel: HELPDESK, text: '' })), 'no_text');
		assert.equal(await failure(web.chat.postEphemeral({ channel: 'C0STATUS01', user: 'U0JANE0001', text: 'x' })), 'user_not_in_channel');
		await act('archive', { channel: 'C0STATUS01' });
		assert.equal(await failure(web.chat.postMessage({ channel: 'C0STATUS01', text: 'x' })), 'is_archived');
		await act('archive', { channel: 'C0STATUS01', archived: false });
	},
	async 'direct messages'() {
		const dm = (await web.conversations.open({ users: 'U0JANE0001' })).channel.id;
		assert.match(dm, /^D/);
		await web.chat.postMessage({ channel: dm, text: 'private' });
		assert.equal((await sim('dm?user=jane')).body.at(-1).text, 'private');
		assert.equal(await failure(web.conversations.open({ users: 'U0GONE0001' })), 'user_disabled');
		assert.equal((await web.conversations.info({ channel: dm })).channel.is_im, true);
	},
	async 'too many posts are answered with 429'() {
		await act('settings', { posts_per_second: 1 });
		const calls = [];
		for (let i = 0; i < 5; i++)
			calls.push(await failure(web.chat.postMessage({ channel: 'C0OTHER001', text: `${i}` })));
		assert.deepEqual(calls.slice(0, 3), ['none', 'none', 'none']);
		assert.equal(calls[3], ErrorCode.RateLimitedError);
		await act('settings', { posts_per_second: 100 });
		await violationsAre('more than Slack allows', 'before Retry-After');
	},
	async 'a socket says hello'() {
		socket.on('message', ({ ack }) => ack()); // what is said, our own words included
		socket.on('channel_archive', ({ ack }) => ack()); // what happened before there was a socket comes later
		await socket.start();
		assert.equal((await sim('sockets')).body.registered, 1);
	},
	async 'a command is acknowledged with a line'() {
		const came = next('slash_commands');
		const typed = act('slash', { user: 'maria', channel: 'helpdesk', text: 'repair @jane' });
		const { body, ack } = await came;
		assert.equal(body.command, '/eac');
		assert.equal(body.text, 'repair <@U0JANE0001|jane>');
		assert.equal(body.is_enterprise_install, 'false');
		await ack({ text: 'EAC-1, looking up' });
		assert.equal((await typed).acked, true);
		assert.equal((await sim('ephemerals?user=maria')).body.at(-1).text, 'EAC-1, looking up');
	},
	async 'a click brings message, thread and a trigger that opens a dialog once'() {
		const parent = await web.chat.postMessage({ channel: HELPDESK, text: 'parent' });
		const prompt = await web.chat.postMessage({ channel: HELPDESK, thread_ts: parent.ts, text: 'prompt',
			blocks: [section('prompt'), actions(button('Approve', { value: 'k1', style: 'primary' }), button('Reject'))] });
		const came = next('interactive');
		const clicked = act('click', { user: 'omar', label: 'Approve' });
		const { body, ack } = await came;
		await ack();
		assert.equal((await clicked).acked, true);
		assert.equal(body.type, 'block_actions');
		assert.equal(body.container.message_ts, prompt.ts);
		assert.equal(body.container.thread_ts, parent.ts);
		assert.equal(body.actions[0].value, 'k1');
		const opened = await web.views.open({ trigger_id: body.trigger_id, view: dialog() });
		assert.equal(opened.view.callback_id, 'eac.repair');
		assert.equal(await failure(web.views.open({ trigger_id: body.trigger_id, view: dialog() })), 'exchanged_trigger_id');
		assert.equal(await failure(web.views.open({ trigger_id: 'no', view: dialog() })), 'invalid_trigger_id');
		assert.equal(await failure(web.views.update({ view_id: opened.view.id, hash: 'old', view: dialog() })), 'hash_conflict');
		await fetch(body.response_url, { method: 'POST', body: JSON.stringify({ text: 'only for you', replace_original: false }) });
		assert.equal((await sim('ephemerals?user=omar')).body.at(-1).text, 'only for you');
		assert.equal((await sim('click', { user: 'jane', label: 'Delete everything' })).status, 400);
	},
	async 'a dialog is refused, then taken'() {
		assert.equal((await sim('submit', { user: 'omar', values: { Reason: 'x' } })).status, 400);
		let came = next('interactive');
		let sent = act('submit', { user: 'omar', values: { Who: ['jane'], Reason: 'stuck' } });
		let event = await came;
		assert.deepEqual(event.body.view.state.values.who.users.selected_users, ['U0JANE0001']);
		await event.ack({ response_action: 'errors', errors: { who: 'is protected' } });
		assert.deepEqual((await sent).shown, { errors: { who: 'is protected' } });
		came = next('interactive');
		sent = act('submit', { user: 'omar', values: { Who: ['jane'] } });
		event = await came;
		assert.equal(event.body.view.state.values.reason.text.value, null);
		await event.ack();
		await sent;
		assert.equal((await sim('views?user=omar')).body.at(-1).open, false);
		await violationsAre();
	},
	async 'a view that Slack would not show is refused'() {
		const came = next('interactive');
		const clicked = act('click', { user: 'omar', label: 'Reject' });
		const { body, ack } = await came;
		await ack();
		await clicked;
		const view = dialog({ submit: undefined, title: { type: 'plain_text', text: 'x'.repeat(25) } });
		const error = await web.views.open({ trigger_id: body.trigger_id, view }).catch((e) => e);
		assert.equal(error.data.error, 'invalid_arguments');
		await violationsAre('views.open');
		await web.views.open({ trigger_id: body.trigger_id, view: dialog() });
		const closed = next('interactive');
		const closing = act('close_view', { user: 'omar' });
		const event = await closed;
		assert.equal(event.body.type, 'view_closed');
		await event.ack();
		await closing;
	},
	async 'mentions and direct messages come as events'() {
		const mention = next('app_mention');
		const heard = next('message'); // the same words, as an event of the channel
		let said = act('say', { user: 'maria', channel: 'helpdesk', text: '@eacbot status' });
		const { event, ack, body } = await mention;
		assert.equal(event.text, '<@U0BOT0001> status');
		assert.equal(body.authorizations[0].user_id, 'U0BOT0001');
		await ack();
		assert.equal((await heard).event.channel_type, 'channel');
		await said;
		const message = next('message');
		said = act('say', { user: 'jane', channel: 'dm', text: 'done' });
		assert.equal((await message).event.channel_type, 'im');
		await said;
		await violationsAre();
	},
	async 'a group that changes is told'() {
		const came = next('subteam_members_changed');
		await act('group', { id: 'S0APPROVER', users: ['U0APPR001'] });
		const { event, ack } = await came;
		await ack();
		assert.deepEqual(event.removed_users, ['U0APPR002']);
	},
	async 'an event that is not acknowledged comes again'() {
		const seen = [];
		const both = new Promise((resolve) => socket.on('user_change', async ({ body, ack, retry_num }) => {
			seen.push({ id: body.event_id, retry: retry_num });
			if (seen.length > 1) {
				await ack();
				resolve();
			}
		}));
		await act('settings', { ack_ms: 300 });
		await act('user', { user: 'jane', set: { tz: 'UTC' } });
		await both;
		await act('settings', { ack_ms: 3000 });
		assert.equal(seen[0].id, seen[1].id);
		assert.equal(seen[1].retry, 1);
		assert.match((await sim('violations')).body[0].sentence, /not acknowledged within/);
		await fetch(`${origin}/_sim/violations`, { method: 'DELETE' }); // on a busy machine there may be a third delivery
	},
	async 'after a disconnect the client comes back and nothing is left behind'() {
		const again = next('connected');
		await act('sockets', { do: 'refresh_requested', close_after_ms: 200 });
		await again;
		const { body } = await sim('sockets');
		assert.equal(body.ghosts, 0);
		assert.equal(body.sockets.filter((one) => one.hello && !one.closing).length, 1);
		const came = next('slash_commands');
		const typed = act('slash', { user: 'maria', channel: 'helpdesk', text: 'help' });
		await (await came).ack({ text: 'help' });
		assert.equal((await typed).acked, true);
	},
	async 'large, fragmented and interleaved envelopes arrive whole'() {
		await act('settings', { fragment: 100, interleave: true });
		const came = next('slash_commands');
		const typed = act('slash', { user: 'maria', channel: 'helpdesk', text: 'x'.repeat(100000) });
		const { body, ack } = await came;
		await ack();
		assert.equal(body.text.length, 100000);
		assert.equal((await typed).acked, true);
		await act('settings', { fragment: 0, interleave: false });
	},
	async 'an acknowledgement above 20480 bytes ends the connection'() {
		const again = next('connected');
		const came = next('slash_commands');
		const typed = act('slash', { user: 'maria', channel: 'helpdesk', text: 'help' });
		await (await came).ack({ text: 'x'.repeat(21000) });
		assert.equal((await typed).acked, false);
		await violationsAre('a message of');
		await again;
	},
	async 'a refused upgrade and a failed opening are tried again'() {
		const again = next('connected');
		await act('faults', [{ path: '/link/', status: 409 }, { kind: 'apps.connections.open', nth: 2, status: 200,
			body: { ok: false, error: 'internal_error' } }]);
		await act('sockets', { do: 'close', code: 1001 });
		await again;
		await fetch(`${origin}/_sim/faults`, { method: 'DELETE' });
	},
	async 'a client that leaves politely leaves no ghost'() {
		await socket.disconnect();
		await sleep(300);
		const { body } = await sim('sockets');
		assert.deepEqual(body, { sockets: [], registered: 0, ghosts: 0 });
	},
};

await act('settings', { posts_per_second: 100 });
let failed = 0;
for (const [name, run] of Object.entries(tests)) {
	try {
		await run();
		console.log(`ok   ${name}`);
	} catch (error) {
		failed++;
		console.log(`FAIL ${name}\n${error.stack}`);
		await fetch(`${origin}/_sim/violations`, { method: 'DELETE' });
	}
}
console.log(`${Object.keys(tests).length - failed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);
