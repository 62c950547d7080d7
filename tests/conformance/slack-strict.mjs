// What a careless client would do, frame by frame: the fake Slack must notice
// it. Usage: node slack-strict.mjs http://127.0.0.1:PORT

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

const origin = process.argv[2];
const port = Number(new URL(origin).port);
const APP = 'xapp-1-A0EAC00001-1-sim';
const BOT = 'xoxb-1-sim';

async function call(method, args = {}, { token = BOT, type, query = '' } = {}) {
	const json = type === 'application/json';
	const answer = await fetch(`${origin}/api/${method}${query}`, {
		method: 'POST', headers: { Authorization: `Bearer ${token}`,
			'Content-Type': type ?? 'application/x-www-form-urlencoded' },
		body: json ? JSON.stringify(args) : new URLSearchParams(args).toString(),
	});
	return answer.json();
}

async function sim(path, order) {
	const answer = await fetch(`${origin}/_sim/${path}`,
		order === undefined ? {} : { method: 'POST', body: JSON.stringify(order) });
	return answer.json();
}

async function violationsAre(...parts) {
	const found = await (await fetch(`${origin}/_sim/violations`, { method: 'DELETE' })).json();
	assert.deepEqual(found.map((one, i) => one.sentence.includes(parts[i]) ? parts[i] : one.sentence), parts);
}

// A WebSocket client that can be as wrong as a test wants.
class Raw {
	messages = [];
	waiting = [];
	closed = null;

	static async open(url) {
		const raw = new Raw();
		raw.url = url ?? (await call('apps.connections.open', {}, { token: APP })).url;
		raw.tcp = connect(port, '127.0.0.1');
		raw.tcp.on('error', () => {});
		raw.over = new Promise((resolve) => raw.tcp.on('close', resolve));
		const { pathname, search } = new URL(raw.url);
		raw.tcp.write(`GET ${pathname}${search} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nUpgrade: websocket\r\n` +
			`Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${randomBytes(16).toString('base64')}\r\n\r\n`);
		raw.status = await raw.head();
		return raw;
	}

	head() {
		let seen = Buffer.alloc(0);
		return new Promise((resolve) => {
			this.tcp.on('data', (data) => {
				seen = Buffer.concat([seen, data]);
				const end = seen.indexOf('\r\n\r\n');
				if (end < 0 && this.status === undefined)
					return;
				if (this.status === undefined) {
					this.status = Number(seen.subarray(9, 12));
					seen = seen.subarray(end + 4);
					resolve(this.status);
				}
				if (this.status === 101)
					seen = this.frames(seen);
			});
		});
	}

	frames(data) {
		while (data.length >= 2) {
			let len = data[1] & 127;
			let at = 2;
			if (len === 126) [len, at] = [data.readUInt16BE(2), 4];
			if (len === 127) [len, at] = [Number(data.readBigUInt64BE(2)), 10];
			if (data.length < at + len)
				break;
			const body = data.subarray(at, at + len);
			const op = data[0] & 15;
			if (op === 1)
				this.got(JSON.parse(body));
			if (op === 8)
				this.closed = len ? body.readUInt16BE(0) : 1005;
			data = data.subarray(at + len);
		}
		return data;
	}

	got(message) {
		const waiter = this.waiting.shift();
		waiter ? waiter(message) : this.messages.push(message);
	}

	next() {
		return this.messages.length ? Promise.resolve(this.messages.shift()) : new Promise((resolve) => this.waiting.push(resolve));
	}

	frame(text, { op = 1, fin = true, masked = true } = {}) {
		const body = Buffer.from(text);
		const head = body.length < 126 ? [body.length] : [126, body.length >> 8, body.length & 255];
		const mask = randomBytes(4);
		head[0] |= masked ? 128 : 0;
		head.unshift((fin ? 128 : 0) | op);
		this.tcp.write(Buffer.concat([Buffer.from(head), masked ? mask : Buffer.alloc(0),
			masked ? body.map((byte, i) => byte ^ mask[i % 4]) : body]));
	}

	ack(envelope, payload) {
		this.frame(JSON.stringify({ envelope_id: envelope.envelope_id, ...(payload && { payload }) }));
	}

	async leave() {
		this.frame(Buffer.from([3, 232]), { op: 8 });
		await this.over;
	}
}

const typed = (text = 'help') => sim('slash', { user: 'maria', channel: 'helpdesk', text });

const tests = {
	async 'a ticket works once'() {
		const one = await Raw.open();
		assert.equal(one.status, 101);
		assert.equal((await one.next()).num_connections, 1);
		assert.equal((await Raw.open(one.url)).status, 404);
		await violationsAre('a second time');
		await one.leave();
	},
	async 'an unmasked frame ends the connection'() {
		const one = await Raw.open();
		await one.next();
		one.frame('{}', { masked: false });
		await one.over;
		assert.equal(one.closed, 1002);
		await violationsAre('not masked');
	},
	async 'an acknowledgement belongs on the socket of its envelope'() {
		const one = await Raw.open();
		const two = await Raw.open();
		await one.next();
		assert.equal((await two.next()).num_connections, 2);
		const both = [one, two];
		const answer = typed();
		const [envelope, from] = await Promise.race(both.map(async (raw) => [await raw.next(), raw]));
		both.find((raw) => raw !== from).ack(envelope);
		await answer;
		await violationsAre('was acknowledged on socket');
		await one.leave();
		await two.leave();
	},
	async 'envelopes take turns'() {
		const one = await Raw.open();
		const two = await Raw.open();
		await one.next();
		await two.next();
		const answers = [typed(), typed()];
		one.ack(await one.next());
		two.ack(await two.next());
		assert.deepEqual((await Promise.all(answers)).map((answer) => answer.acked), [true, true]);
		await one.leave();
		await two.leave();
	},
	async 'a fragmented acknowledgement is not seen'() {
		const one = await Raw.open();
		await one.next();
		await sim('settings', { ack_ms: 300 });
		const answer = typed();
		const text = JSON.stringify({ envelope_id: (await one.next()).envelope_id });
		one.frame(text.slice(0, 10), { fin: false });
		one.frame(text.slice(10), { op: 0 });
		const { acked, shown } = await answer;
		assert.equal(acked, false);
		assert.equal(shown, 'operation_timeout');
		await sim('settings', { ack_ms: 3000 });
		await violationsAre('fragmented', 'fragmented', 'not acknowledged within');
		await one.leave();
	},
	async 'an acknowledgement of nothing, or one too many'() {
		const one = await Raw.open();
		await one.next();
		one.ack({ envelope_id: 'nonsense' });
		const answer = typed();
		const envelope = await one.next();
		one.ack(envelope);
		one.ack(envelope);
		await answer;
		await sleep(100);
		await violationsAre('never sent', 'more often than it was sent');
		await one.leave();
	},
	async 'an event takes no payload, a click neither'() {
		const one = await Raw.open();
		await one.next();
		const said = sim('say', { user: 'jane', channel: 'dm', text: 'help' });
		one.ack(await one.next(), { text: 'x' });
		await said;
		await call('chat.postMessage', { channel: 'C0HELP0001', text: 'x', blocks: JSON.stringify([{ type: 'actions',
			elements: [{ type: 'button', action_id: 'a', text: { type: 'plain_text', text: 'Go' } }] }]) });
		one.ack(await one.next());
		const clicked = sim('click', { user: 'maria', label: 'Go' });
		one.ack(await one.next(), { text: 'x' });
		await clicked;
		await violationsAre('what takes none', 'without one');
		await one.leave();
	},
	async 'the errors of a dialog name its inputs'() {
		const one = await Raw.open();
		await one.next();
		const answer = typed();
		const envelope = await one.next();
		one.ack(envelope);
		await answer;
		const opened = await call('views.open', { trigger_id: envelope.payload.trigger_id, view: JSON.stringify({ type: 'modal',
			title: { type: 'plain_text', text: 'T' }, submit: { type: 'plain_text', text: 'S' }, blocks: [{ type: 'input',
				block_id: 'b', label: { type: 'plain_text', text: 'L' }, element: { type: 'plain_text_input', action_id: 'a' } }] }) });
		assert.equal(opened.ok, true);
		const submitted = sim('submit', { user: 'maria', values: { L: 'x' } });
		one.ack(await one.next(), { response_action: 'errors', errors: { nonsense: 'x' } });
		await submitted;
		await violationsAre('no input block');
		await sim('close_view', { user: 'maria' });
		await one.leave();
	},
	async 'a trigger is good for three seconds'() {
		const one = await Raw.open();
		await one.next();
		await sim('settings', { trigger_ms: 1 });
		const answer = typed();
		const envelope = await one.next();
		one.ack(envelope);
		await answer;
		await sleep(20);
		const view = JSON.stringify({ type: 'modal', title: { type: 'plain_text', text: 'T' }, blocks: [] });
		const { error } = await call('views.open', { trigger_id: envelope.payload.trigger_id, view });
		assert.equal(error, 'expired_trigger_id');
		await sim('settings', { trigger_ms: 3000 });
		await one.leave();
	},
	async 'who goes without a Close leaves a ghost'() {
		const one = await Raw.open();
		await one.next();
		one.tcp.destroy();
		await sleep(200);
		const two = await Raw.open();
		assert.equal((await two.next()).num_connections, 2);
		await two.leave();
		await sim('sockets', { do: 'ghosts', count: 0 });
	},
	async 'a ghost can swallow a command'() {
		const one = await Raw.open();
		await one.next();
		await sim('sockets', { do: 'ghosts', count: 1, swallow: true });
		assert.equal((await typed()).shown, 'dispatch_failed');
		await sim('sockets', { do: 'ghosts', count: 0 });
		await one.leave();
	},
	async 'the eleventh socket is sent away instead of greeted'() {
		await sim('sockets', { do: 'ghosts', count: 10 });
		const one = await Raw.open();
		assert.deepEqual(await one.next().then(({ type, reason }) => ({ type, reason })),
			{ type: 'disconnect', reason: 'too_many_websockets' });
		await one.leave();
		await sim('sockets', { do: 'ghosts', count: 0 });
	},
	async 'every kind of disconnect, and ends without one'() {
		for (const reason of ['warning', 'refresh_requested', 'link_disabled']) {
			const one = await Raw.open();
			await one.next();
			await sim('sockets', { do: reason, close_after_ms: 50 });
			assert.equal((await one.next()).reason, reason);
			while (one.closed === null)
				await sleep(20);
			await one.leave();
		}
		const two = await Raw.open();
		await two.next();
		await sim('sockets', { do: 'reset' });
		await two.over;
		const three = await Raw.open();
		await three.next();
		await sim('sockets', { do: 'silent' });
		assert.equal((await typed()).shown, 'dispatch_failed');
		three.tcp.destroy();
		await sleep(100);
		assert.equal((await sim('sockets')).registered, 0);
		await violationsAre();
	},
	async 'a delivery can be doubled and repeated'() {
		const one = await Raw.open();
		await one.next();
		await sim('settings', { duplicate: true });
		const answer = typed();
		const [first, second] = [await one.next(), await one.next()];
		assert.deepEqual(first, second);
		one.ack(first);
		one.ack(second);
		await answer;
		await sim('settings', { duplicate: false });
		const again = sim('redeliver', { same: true });
		const third = await one.next();
		assert.equal(third.envelope_id, first.envelope_id);
		one.ack(third);
		assert.equal((await again).acked, true);
		await violationsAre();
		await one.leave();
	},
	async 'tokens and arguments in the wrong place'() {
		await call('users.info', { user: 'U0JANE0001' }, { query: `?token=${BOT}` });
		const { error } = await call('users.info', { user: 'U0JANE0001' }, { type: 'application/json' });
		assert.equal(error, 'invalid_arguments');
		assert.equal((await call('no.such.method')).error, 'unknown_method');
		await violationsAre('query string', 'takes no JSON', 'unknown method');
	},
	async 'who is told to wait, waits'() {
		await sim('faults', { kind: 'users.info', retry_after: 30, body: { ok: false, error: 'ratelimited' } });
		assert.equal((await call('users.info', { user: 'U0JANE0001' })).error, 'ratelimited');
		assert.equal((await call('users.info', { user: 'U0JANE0001' })).ok, true);
		await violationsAre('before Retry-After');
		await fetch(`${origin}/_sim/faults`, { method: 'DELETE' });
	},
	async 'an answer can be lost after its work was done'() {
		await sim('faults', { kind: 'chat.postMessage', drop: 'after' });
		await assert.rejects(call('chat.postMessage', { channel: 'C0OTHER001', text: 'lost and found' }));
		assert.equal((await sim('wait?contains=lost%20and%20found&timeout_ms=1000')).found, true);
		await violationsAre();
	},
};

let failed = 0;
for (const [name, run] of Object.entries(tests)) {
	try {
		await Promise.race([run(), sleep(8000).then(() => assert.fail('it takes too long'))]);
		console.log(`ok   ${name}`);
	} catch (error) {
		failed++;
		console.log(`FAIL ${name}\n${error.stack}`);
		await fetch(`${origin}/_sim/violations`, { method: 'DELETE' });
	}
}
console.log(`${Object.keys(tests).length - failed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);
