// What would be published: size, formats, types, and the package "ws" on a real network.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { runInNewContext } from 'node:vm';
import { gzipSync } from 'node:zlib';
import WebSocket, { WebSocketServer } from 'ws';
import { HawserSocket } from '../dist/index.js';

const folder = new URL('..', import.meta.url);
const read = (path) => readFileSync(new URL(path, folder), 'utf8');
const patience = { timeout: 60000 };

test('Script_Gzipped_IsAtMostThreeKilobytes', () => {
  const size = gzipSync(read('dist/hawser-client.min.js'), { level: 9 }).length;
  assert.ok(size <= 3 * 1024, `${size} bytes`);
});

test('Script_InAPage_BringsOneGlobalName', () => {
  const page = { EventTarget, Event, setTimeout, clearTimeout, URL, AbortController };
  const before = new Set([...Object.keys(page), 'globalThis']);
  page.globalThis = page;
  runInNewContext(read('dist/hawser-client.min.js'), page);
  assert.deepEqual(Object.keys(page).filter((name) => !before.has(name)), ['HawserSocket']);
  assert.equal(page.HawserSocket.OPEN, 1);
});

test('Script_OfTheDemo_IsTheOneThatIsBuilt', () => {
  const strip = (text) => text.replace(/\n?\/\/# sourceMappingURL=.*\n?$/, '').trim();
  assert.equal(
    strip(read('../../samples/quickstart/html/hawser-client.min.js')), strip(read('dist/hawser-client.min.js')),
    'run: npm run build && cp dist/hawser-client.min.js ../../samples/quickstart/html/, without its last line');
});

test('CommonJs_Required_IsTheClass', () => {
  assert.equal(createRequire(import.meta.url)('../dist/index.cjs').HawserSocket.name, 'HawserSocket');
});

test('Package_Packed_HoldsWhatAUserNeeds', patience, () => {
  const output = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], { cwd: folder, encoding: 'utf8' });
  const files = JSON.parse(output)[0].files.map(({ path }) => path);
  const { exports, main, module, types, unpkg } = JSON.parse(read('package.json'));
  const promised = [main, module, types, unpkg, ...Object.values(exports['.']).flatMap((entry) => Object.values(entry))];
  for (const path of ['README.md', 'LICENSE', 'package.json', ...promised.map((path) => path.slice(2))]) assert.ok(files.includes(path), path);
  for (const file of files.filter((path) => /\.d\.c?ts$/.test(path))) {
    for (const [, target] of read(file).matchAll(/from '\.\/([^']+)'/g)) assert.ok(files.includes(`dist/${target.replace(/\.(c?)js$/, '.d.$1ts')}`), target);
  }
  assert.ok(files.every((path) => !/test|node_modules/.test(path)));
});

test('Package_Installed_NeedsNoOther', () => {
  const { dependencies, peerDependencies, optionalDependencies } = JSON.parse(read('package.json'));
  assert.deepEqual([dependencies, peerDependencies, optionalDependencies], [undefined, undefined, undefined]);
});

test('Types_UsedAsAWebSocket_Compile', patience, () => {
  execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '--project', 'test'], { cwd: folder, encoding: 'utf8' });
});

test('Ws_InNode_ReconnectsAndFlushesTheQueue', patience, async () => {
  let server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  await once(server, 'listening');
  const { port } = server.address();
  const echo = (client) => client.on('message', (data, binary) => client.send(data, { binary }));
  server.on('connection', echo);
  const socket = new HawserSocket(`ws://127.0.0.1:${port}/`, [], { WebSocket, minDelay: 50, maxDelay: 200 });
  socket.binaryType = 'arraybuffer';
  const got = [];
  socket.onmessage = (event) => got.push(event.data);
  try {
    await once(socket, 'open');
    for (const client of server.clients) client.terminate();
    server.close();
    await once(socket, 'close');
    socket.send('one');
    socket.send(new Uint8Array([1, 2]));
    socket.send('three');
    server = new WebSocketServer({ host: '127.0.0.1', port });
    server.on('connection', echo);
    while (got.length < 3) await once(socket, 'message');
    assert.equal(got[0], 'one');
    assert.deepEqual([...new Uint8Array(got[1])], [1, 2]);
    assert.equal(got[2], 'three');
    socket.close(1000, 'done');
    const [last] = await once(socket, 'close');
    assert.deepEqual([last.code, last.reason, socket.readyState], [1000, 'done', 3]);
  } finally {
    socket.close();
    server.close();
  }
});

test('Ws_TheServerIsSilent_TheHeartbeatFindsOut', patience, async () => {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  await once(server, 'listening');
  const socket = new HawserSocket(`ws://127.0.0.1:${server.address().port}/`, [], {
    WebSocket, heartbeat: { interval: 50, timeout: 50 }, minDelay: 10,
  });
  try {
    const [plan] = await once(socket, 'reconnecting');
    assert.equal(plan.reason, 'heartbeat');
    await once(socket, 'open');
  } finally {
    socket.close();
    for (const client of server.clients) client.terminate();
    server.close();
  }
});
