// What is particular to JavaScript: the interface of a WebSocket, addresses, handlers that call back.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HawserSocket } from '../dist/index.js';
import { FakeSocket, withFakes } from './fakes.mjs';

const tick = () => new Promise((done) => setImmediate(done));

test('Socket_AsADropIn_HasTheInterfaceOfAWebSocket', () => withFakes((fakes) => {
  const socket = fakes.make();
  for (const [name, value] of Object.entries({ CONNECTING: 0, OPEN: 1, CLOSING: 2, CLOSED: 3 })) {
    assert.equal(HawserSocket[name], value);
    assert.equal(socket[name], value);
  }
  assert.equal(socket.url, 'ws://server.test/');
  assert.equal(socket.readyState, 0);
  assert.equal(socket.binaryType, 'blob');
  socket.binaryType = 'arraybuffer';
  assert.equal(fakes.network.binaryType, 'arraybuffer');
  fakes.network.protocol = 'chat';
  fakes.network.extensions = 'permessage-deflate';
  const seen = [];
  for (const type of ['open', 'message', 'close', 'error', 'state', 'heartbeat', 'reconnecting']) {
    assert.equal(socket[`on${type}`], null);
    socket[`on${type}`] = function (event) { seen.push([type, this === socket, event.target === socket]); };
  }
  fakes.network.open();
  assert.equal(socket.readyState, 1);
  assert.equal(socket.protocol, 'chat');
  assert.equal(socket.extensions, 'permessage-deflate');
  fakes.network.bufferedAmount = 7;
  assert.equal(socket.bufferedAmount, 7);
  fakes.clock.advance(20000);
  fakes.network.message('pong');
  fakes.network.fail();
  assert.equal(socket.readyState, 0);
  assert.equal(socket.bufferedAmount, 0);
  assert.deepEqual([...new Set(seen.map(([type]) => type))].sort(), ['close', 'error', 'heartbeat', 'message', 'open', 'reconnecting', 'state']);
  assert.ok(seen.every(([, self, target]) => self && target));
  fakes.clock.advance(250);
  assert.equal(fakes.network.binaryType, 'arraybuffer');
  socket.close();
  assert.equal(socket.readyState, 3);
}));

test('Close_WithACodeThatIsNotAllowed_ThrowsAndChangesNothing', () => withFakes((fakes) => {
  const socket = fakes.make();
  fakes.network.open();
  assert.throws(() => socket.close(1001), { name: 'InvalidAccessError' });
  assert.equal(socket.readyState, 1);
  assert.equal(fakes.clock.armed, 1);
}));

test('Message_OfAnyKind_KeepsItsDataAndOrigin', () => withFakes((fakes) => {
  const socket = fakes.make();
  const bytes = new Uint8Array([1, 2, 3]).buffer;
  let got;
  socket.onmessage = (event) => { got = event; };
  fakes.network.open();
  fakes.network.onmessage(new MessageEvent('message', { data: bytes, origin: 'ws://server.test' }));
  assert.ok(got instanceof MessageEvent);
  assert.equal(got.data, bytes);
  assert.equal(got.origin, 'ws://server.test');
}));

// --- handlers that call back

test('Handler_ClosesWhileALossIsTold_EndsThereAndThen', () => withFakes((fakes) => {
  const socket = fakes.make();
  fakes.network.open();
  socket.onclose = () => socket.close();
  fakes.said.length = 0;
  fakes.network.lose(1006);
  assert.deepEqual(fakes.said, ['state waiting', 'close 1006', 'state closed', 'close 1005']);
  assert.equal(fakes.clock.armed, 0);
}));

test('Handler_ReconnectsWhileALossIsTold_MakesOneConnection', () => withFakes((fakes) => {
  const socket = fakes.make();
  fakes.network.open();
  socket.onclose = () => socket.reconnect();
  fakes.said.length = 0;
  fakes.network.lose(1006);
  assert.deepEqual(fakes.said, ['state waiting', 'close 1006', 'connect', 'state connecting']);
  fakes.clock.advance(9999);
  assert.equal(FakeSocket.made.length, 2);
}));

test('Handler_ClosesInStateEvent_NoOpenIsTold', () => withFakes((fakes) => {
  const socket = fakes.make();
  socket.onstate = () => socket.close(1000);
  fakes.said.length = 0;
  fakes.network.open();
  assert.deepEqual(fakes.said, ['state open', 'shut 1000', 'state closing']);
}));

test('Handler_SendsInOpen_GoesBeforeWhatHasWaited', () => withFakes((fakes) => {
  const socket = fakes.make();
  socket.send('waited');
  socket.onopen = () => socket.send('login');
  fakes.said.length = 0;
  fakes.network.open();
  assert.deepEqual(fakes.said, ['state open', 'open', 'sent login', 'sent waited']);
}));

test('Handler_ClosesInOpen_TheQueueStays', () => withFakes((fakes) => {
  const socket = fakes.make();
  socket.send('waited');
  socket.onopen = () => socket.close(1000);
  fakes.network.open();
  assert.ok(!fakes.said.includes('sent waited'));
  assert.equal(socket.bufferedAmount, 6);
}));

test('Handler_Throws_TheConnectionGoesOn', async () => {
  const uncaught = [];
  const keep = (error) => uncaught.push(error.message);
  process.setUncaughtExceptionCaptureCallback(keep);
  try {
    withFakes((fakes) => {
      const socket = fakes.make();
      socket.addEventListener('open', () => { throw new Error('listener'); });
      socket.send('waited');
      fakes.network.open();
      assert.ok(fakes.said.includes('sent waited'));
    });
    await tick();
  } finally {
    process.setUncaughtExceptionCaptureCallback(null);
  }
  assert.deepEqual(uncaught, ['listener']);
});

// --- sending

test('Send_TheServerHasBegunToClose_WaitsForTheNextConnection', () => withFakes((fakes) => {
  const socket = fakes.make();
  fakes.network.open();
  fakes.network.readyState = 2;   // the close frame has come, the event has not: a WebSocket would drop the message
  socket.send('almost lost');
  assert.equal(socket.bufferedAmount, 11);
  fakes.network.lose(1006);
  fakes.clock.advance(250);
  fakes.network.open();
  assert.equal(fakes.said.at(-1), 'sent almost lost');
}));

test('Queue_BufferIsReusedByTheCaller_KeepsWhatWasSent', async () => {
  const sent = [];
  withFakes((fakes) => {
    const socket = fakes.make();
    const buffer = new Uint8Array([1, 2, 3, 4]);
    socket.send(buffer.subarray(1, 3));
    socket.send(new DataView(buffer.buffer, 3));
    socket.send(buffer.buffer);
    socket.send(new Blob(['blob']));
    assert.equal(socket.bufferedAmount, 2 + 1 + 4 + 4);
    buffer.fill(9);
    fakes.network.send = (data) => sent.push(data);
    fakes.network.open();
    assert.equal(socket.bufferedAmount, 0);
  });
  assert.deepEqual([...sent[0]], [2, 3]);
  assert.deepEqual([...sent[1]], [4]);
  assert.deepEqual([...new Uint8Array(sent[2])], [1, 2, 3, 4]);
  assert.equal(await sent[3].text(), 'blob');
});

test('Send_TheQueueIsFull_SaysSoByName', () => withFakes((fakes) => {
  const socket = fakes.make({ maxQueue: 3 });
  assert.throws(() => socket.send('four'), { name: 'QuotaExceededError' });
  socket.close();
  assert.throws(() => socket.send('x'), { name: 'InvalidStateError' });
}));

test('Heartbeat_MessageIsAFunction_IsCalledForEach', () => withFakes((fakes) => {
  let count = 0;
  fakes.make({ heartbeat: { message: () => `beat ${++count}` } });
  fakes.network.open();
  fakes.said.length = 0;
  fakes.clock.advance(20000);
  fakes.network.message('x');
  fakes.clock.advance(20000);
  assert.deepEqual(fakes.said.filter((text) => text.startsWith('sent')), ['sent beat 1', 'sent beat 2']);
}));

// --- addresses

test('Address_AsyncFunction_IsAskedForEachAttempt', async () => {
  const asked = [];
  const address = async (attempt) => {
    asked.push(attempt);
    return `ws://server.test/?token=${asked.length}`;
  };
  const socket = new HawserSocket(address, [], { WebSocket: FakeSocket, minDelay: 0 });
  FakeSocket.made = [];
  try {
    await tick();
    assert.equal(FakeSocket.made.at(-1).url, 'ws://server.test/?token=1');
    FakeSocket.made.at(-1).fail();
    for (let i = 0; asked.length < 2 && i < 1000; i++) await new Promise((done) => setTimeout(done, 1));
    await tick();
    assert.equal(FakeSocket.made.at(-1).url, 'ws://server.test/?token=2');
    assert.deepEqual(asked, [0, 1]);
    assert.equal(FakeSocket.made.length, 2);
  } finally {
    socket.close();
  }
});

test('Address_FunctionFails_IsAFailedAttempt', async () => {
  const socket = new HawserSocket(() => { throw new Error('no token'); }, [], { WebSocket: FakeSocket, minDelay: 0, maxRetries: 2 });
  const seen = [];
  socket.onerror = (event) => seen.push(event.error.message);
  await new Promise((done) => { socket.onclose = done; });
  assert.deepEqual(seen, ['no token', 'no token', 'no token']);
});

test('Address_ThatCannotBeUsed_FromAFunctionIsAFailedAttempt', async () => {
  const socket = new HawserSocket(() => 'not an address', [], { WebSocket: FakeSocket, maxRetries: 0 });
  const event = await new Promise((done) => { socket.onerror = done; });
  assert.ok(event.error instanceof TypeError || event.error instanceof SyntaxError);
});

test('Address_ThatCannotBeUsed_AsATextThrowsAtOnce', () => withFakes((fakes) => {
  assert.throws(() => fakes.make({}, 'not an address'));
  assert.equal(fakes.clock.armed, 0);
}));

test('Address_ComesAfterClose_IsNotUsed', async () => {
  FakeSocket.made = [];
  let answer;
  const socket = new HawserSocket(() => new Promise((done) => { answer = done; }), [], { WebSocket: FakeSocket });
  socket.close();
  answer('ws://server.test/');
  await tick();
  assert.equal(FakeSocket.made.length, 0);
});

test('Address_ComesAfterReconnect_OnlyTheNewOneIsUsed', async () => {
  FakeSocket.made = [];
  const answers = [];
  const socket = new HawserSocket(() => new Promise((done) => answers.push(done)), [], { WebSocket: FakeSocket });
  socket.reconnect();
  answers[1]('ws://server.test/new');
  await tick();
  answers[0]('ws://server.test/old');
  await tick();
  assert.deepEqual(FakeSocket.made.map(({ url }) => url), ['ws://server.test/new']);
  socket.close();
});

const pages = [
  ['http://page.test/a/', 'ws://server.test/x', 'ws://server.test/x'],
  ['http://page.test/a/', 'socket?a=1', 'ws://page.test/a/socket?a=1'],
  ['http://page.test/a/', '/socket', 'ws://page.test/socket'],
  ['http://page.test/a/', '//other.test/socket', 'ws://other.test/socket'],
  ['http://page.test/a/', 'https://server.test/', 'wss://server.test/'],
  ['https://page.test/a/', 'ws://server.test:8080/x', 'wss://server.test:8080/x'],
  ['https://page.test/a/', 'http://server.test/x', 'wss://server.test/x'],
  ['https://page.test/a/', '/socket', 'wss://page.test/socket'],
  ['blob:https://page.test/0b1c', '/socket', 'wss://page.test/socket'],
];
for (const [location, address, expected] of pages) {
  test(`Address_${address}_OnThePage_${location}_Becomes_${expected}`, () => withFakes((fakes) => {
    assert.equal(fakes.make({}, address).url, expected);
  }, { page: true, location }));
}

test('Address_UrlObject_IsTaken', () => withFakes((fakes) => {
  assert.equal(fakes.make({}, new URL('http://server.test/x')).url, 'ws://server.test/x');
}));

test('WebSocket_ThereIsNone_TheErrorSaysWhatToDo', () => {
  const before = globalThis.WebSocket;
  globalThis.WebSocket = undefined;
  try {
    assert.throws(() => new HawserSocket('ws://server.test/'), /pass one/);
  } finally {
    globalThis.WebSocket = before;
  }
});

// --- jitter

test('Jitter_ManyClients_AreSpreadOverTheWholeRange', () => {
  const delays = [];
  for (let i = 0; i < 4000; i++) {
    const socket = new HawserSocket('ws://server.test/', [], { WebSocket: FakeSocket, minDelay: 1000 });
    socket.onreconnecting = (event) => delays.push(event.delay);
    FakeSocket.made.at(-1).fail();
    socket.close();
  }
  FakeSocket.made = [];
  assert.equal(delays.length, 4000);
  assert.ok(delays.every((delay) => delay >= 0 && delay < 1000));
  // Each tenth of the range gets 400 of 4000, with a standard deviation of 19: 280 to 520 is over six of them.
  const tenths = new Array(10).fill(0);
  for (const delay of delays) tenths[Math.floor(delay / 100)]++;
  assert.ok(tenths.every((count) => count > 280 && count < 520), `${tenths}`);
});

test('Page_TheSocketHasEnded_IsNoLongerWatched', () => withFakes((fakes) => {
  const socket = fakes.make();
  socket.close();
  fakes.said.length = 0;
  fakes.page.fire('online');
  fakes.page.fire('pagehide', { persisted: true });
  fakes.page.fire('pageshow', { persisted: true });
  assert.deepEqual(fakes.said, []);
  socket.reconnect();
  fakes.network.open();
  fakes.page.fire('online');
  assert.equal(fakes.said.at(-1), 'sent ping');
}, { page: true }));
