// Drives the npm package "ws" as a client: node client.mjs URL. Prints one line of JSON, or an error and exit code 1.
import { createHash, randomBytes } from 'node:crypto';
import WebSocket from 'ws';

const [url] = process.argv.slice(2);
const result = { text: false, binary: false, fragments: false, ping: false, pipelined: 0, close: null, reason: null, protocol: null };
const patience = setTimeout(() => fail(new Error(`nothing more after ${JSON.stringify(result)}`)), 20_000);

function fail(error) {
  console.error(error.stack ?? error);
  process.exit(1);
}

const socket = new WebSocket(url, ['first', 'second'], { headers: { 'X-Client': 'ws' }, perMessageDeflate: false });
socket.on('error', fail);
const messages = [];
const waiting = [];
socket.on('message', (data, isBinary) => {
  const message = isBinary ? data : data.toString();
  const next = waiting.shift();
  if (next) next(message);
  else messages.push(message);
});
const next = () => (messages.length > 0 ? Promise.resolve(messages.shift()) : new Promise((resolve) => waiting.push(resolve)));

socket.on('open', async () => {
  try {
    result.protocol = socket.protocol;

    socket.send('grüße 你好');
    result.text = (await next()) === 'grüße 你好';

    const bytes = randomBytes(1 << 20);
    socket.send(bytes);
    const digest = (data) => createHash('sha256').update(data).digest('hex');
    result.binary = digest(await next()) === digest(bytes);

    for (const [i, part] of ['one ', 'two ', 'three'].entries()) socket.send(part, { fin: i === 2 });
    result.fragments = (await next()) === 'one two three';

    const pong = new Promise((resolve) => socket.once('pong', (data) => resolve(data.toString())));
    socket.ping('are you there');
    result.ping = (await pong) === 'are you there';

    for (let i = 0; i < 1000; i++) socket.send(`message ${i}`);
    for (let i = 0; i < 1000; i++) if ((await next()) === `message ${i}`) result.pipelined++;

    socket.close(4321, 'enough');
  } catch (error) {
    fail(error);
  }
});

socket.on('close', (code, reason) => {
  clearTimeout(patience);
  result.close = code;
  result.reason = reason.toString();
  console.log(JSON.stringify(result));
});
