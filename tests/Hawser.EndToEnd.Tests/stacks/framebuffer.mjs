// A VNC server as small as RFC 6143 allows, for noVNC to look at: node framebuffer.mjs PORT. A screen of 64 x 48 pixels, all of one colour.
import { createServer } from 'node:net';

const name = Buffer.from('hawser test screen');
const screen = Buffer.concat([
  Buffer.from([0, 64, 0, 48]), // width, height
  Buffer.from([32, 24, 0, 1, 0, 255, 0, 255, 0, 255, 16, 8, 0, 0, 0, 0]), // 32 bits a pixel, 24 of them colour, true colour
  Buffer.from([0, 0, 0, name.length]), name,
]);
const lengths = { 0: 20, 2: 4, 3: 10, 4: 8, 5: 6, 6: 8 }; // of a client's messages, before what their own counts add

const server = createServer((socket) => {
  let state = 'version';
  let input = Buffer.alloc(0);
  socket.write('RFB 003.008\n');
  socket.on('error', () => {});
  socket.on('data', (data) => {
    input = Buffer.concat([input, data]);
    for (let more = true; more;) more = step();
  });

  function take(length) {
    if (input.length < length) return null;
    const part = input.subarray(0, length);
    input = input.subarray(length);
    return part;
  }

  function step() {
    if (state === 'version') return take(12) && (socket.write(Buffer.from([1, 1])), state = 'security'); // one kind: none
    if (state === 'security') return take(1) && (socket.write(Buffer.from([0, 0, 0, 0])), state = 'init');
    if (state === 'init') return take(1) && (socket.write(screen), state = 'messages');
    if (input.length === 0) return false;
    const length = lengths[input[0]];
    if (length === undefined) return socket.destroy(), false;
    if (input.length < length) return false;
    const extra = input[0] === 2 ? 4 * input.readUInt16BE(2) : input[0] === 6 ? Math.abs(input.readInt32BE(4)) : 0;
    const message = take(length + extra);
    if (message?.[0] === 3 && message[1] === 0) draw();
    return message !== null;
  }

  function draw() {
    const pixels = Buffer.alloc(64 * 48 * 4);
    // noVNC asks for red in the lowest byte.
    for (let i = 0; i < pixels.length; i += 4) pixels.writeUInt32LE(0xd08020, i);
    socket.write(Buffer.concat([Buffer.from([0, 0, 0, 1]), Buffer.from([0, 0, 0, 0, 0, 64, 0, 48, 0, 0, 0, 0]), pixels]));
  }
});
server.listen(Number(process.argv[2]), '127.0.0.1', () => console.log('ready'));
process.stdin.resume();
process.stdin.on('end', () => process.exit(0));
