// socket.io: both transports and the change from one to the other, acknowledgements, binary data, rooms, and a connection that is lost and found.
import { createServer } from 'node:http';
import { Server } from 'socket.io';
import { io } from 'socket.io-client';
import { listen, once, play } from './stage.mjs';

const http = createServer();
const server = new Server(http, { pingInterval: 1000, pingTimeout: 20_000 });
server.on('connection', (socket) => {
  socket.on('echo', (value, done) => done(value));
  socket.on('join', (room, done) => done(socket.join(room)));
  socket.on('shout', (room, text) => server.to(room).emit('heard', text));
  socket.on('drop', () => socket.conn.close());
});

async function talk(gateway, transports) {
  const socket = io(`http://${gateway}`, { transports, reconnectionDelay: 50, forceNew: true });
  await once(socket, 'connect');
  const bytes = Buffer.alloc(200_000, 7);
  const echoed = await socket.timeout(30_000).emitWithAck('echo', { text: 'grüße 你好', bytes });
  await socket.timeout(30_000).emitWithAck('join', 'hall');
  const heard = once(socket, 'heard');
  socket.emit('shout', 'hall', 'hello');
  const result = { text: echoed.text, bytes: Buffer.compare(bytes, Buffer.from(echoed.bytes)) === 0, heard: await heard };

  const lost = once(socket, 'disconnect');
  socket.emit('drop');
  await lost;
  await once(socket, 'connect');
  result.again = await socket.timeout(30_000).emitWithAck('echo', 'back');
  if (transports.length > 1 && socket.io.engine.transport.name !== 'websocket') await once(socket.io.engine, 'upgrade');
  result.transport = socket.io.engine.transport.name;
  socket.close();
  return result;
}

play(listen(http), async (gateway) => ({
  polling: await talk(gateway, ['polling']),
  websocket: await talk(gateway, ['websocket']),
  upgrade: await talk(gateway, ['polling', 'websocket']),
}));
