// SockJS: each of its transports that Node.js can do, and what is sent before and after a loss.
import { createServer } from 'node:http';
import sockjs from 'sockjs';
import SockJS from 'sockjs-client';
import { listen, play, within } from './stage.mjs';

const http = createServer();
const echo = sockjs.createServer({ log() {} });
echo.on('connection', (connection) => connection.on('data', (text) => (text === 'drop' ? connection.close(4000, 'dropped') : connection.write(text))));
echo.installHandlers(http, { prefix: '/echo' });

async function talk(gateway, transport) {
  const socket = new SockJS(`http://${gateway}/echo`, null, { transports: [transport] });
  const event = (name) => within(new Promise((resolve) => { socket[`on${name}`] = resolve; }), `${transport} ${name}`);
  await event('open');
  const used = socket.transport;
  const answers = [];
  for (const text of ['grüße 你好', 'x'.repeat(100_000)]) {
    const message = event('message');
    socket.send(text);
    answers.push((await message).data === text);
  }
  const closed = event('close');
  socket.send('drop');
  const { code, reason } = await closed;
  return { answers, transport: used, code, reason };
}

play(listen(http), async (gateway) => ({
  websocket: await talk(gateway, 'websocket'),
  streaming: await talk(gateway, 'xhr-streaming'),
  polling: await talk(gateway, 'xhr-polling'),
}));
