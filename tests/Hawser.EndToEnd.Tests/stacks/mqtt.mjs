// MQTT over WebSocket: subprotocol, quality of service 1, a retained message, keep-alive, and a client that comes back.
import { createServer } from 'node:http';
import { Aedes } from 'aedes';
import mqtt from 'mqtt';
import { createWebSocketStream, WebSocketServer } from 'ws';
import { listen, once, play, within } from './stage.mjs';

const broker = await Aedes.createBroker();
const http = createServer();
const sockets = new WebSocketServer({ server: http, path: '/mqtt', handleProtocols: () => 'mqtt' });
sockets.on('connection', (socket, request) => broker.handle(createWebSocketStream(socket), request));

play(listen(http), async (gateway) => {
  const client = mqtt.connect(`ws://${gateway}/mqtt`, { keepalive: 20, reconnectPeriod: 50, clean: false, clientId: 'one' });
  await once(client, 'connect');
  // A message that was not acknowledged before the loss comes again: of each topic and length the first one counts.
  const seen = new Set();
  let heard;
  client.on('message', (topic, payload) => {
    const text = `${topic}=${payload.length > 20 ? payload.length : payload}`;
    if (seen.has(text)) return;
    seen.add(text);
    heard(text);
  });
  const message = () => within(new Promise((resolve) => { heard = resolve; }), 'message');
  await client.subscribeAsync('room/#', { qos: 1 });
  const received = [];
  for (const payload of ['hello', Buffer.alloc(300_000, 1)]) {
    const next = message();
    await client.publishAsync('room/a', payload, { qos: 1 });
    received.push(await next);
  }
  const lost = once(client, 'close');
  for (const socket of sockets.clients) socket.terminate();
  await lost;
  await once(client, 'connect');
  const next = message();
  await client.publishAsync('room/b', 'again', { qos: 1 });
  received.push(await next);
  const protocols = [...new Set([...sockets.clients].map((socket) => socket.protocol))];
  await client.endAsync();
  return { received, protocols };
});
