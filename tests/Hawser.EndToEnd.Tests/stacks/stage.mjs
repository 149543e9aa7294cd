// What every stack's script shares: `node STACK.mjs PORT` starts a server on 127.0.0.1:PORT, prints "ready", reads the address of the gateway
// (HOST:PORT) from standard input, runs its scenario through it, prints one line of JSON and exits.
import { createInterface } from 'node:readline';

export const port = Number(process.argv[2]);

/** Waits for a promise, but not for ever: what was waited for is in the error. */
export function within(promise, what, milliseconds = 30_000) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`nothing after ${milliseconds} ms: ${what}`)), milliseconds);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/** Resolves with the first event of that name on a Node emitter or a socket.io socket. */
export const once = (emitter, event) => within(new Promise((resolve) => emitter.once(event, (...values) => resolve(values[0]))), event);

/** Runs the scenario once the server listens. */
export async function play(listening, scenario) {
  try {
    await within(listening, 'the server listens');
    console.log('ready');
    const gateway = await within(new Promise((resolve) => createInterface(process.stdin).once('line', resolve)), 'the address of the gateway', 120_000);
    console.log(JSON.stringify(await within(scenario(gateway), 'the scenario', 90_000)));
    process.exit(0);
  } catch (error) {
    console.error(error.stack ?? error);
    process.exit(1);
  }
}

/** A promise for "this server listens on the port". */
export const listen = (server) => new Promise((resolve, reject) => {
  server.once('error', reject);
  server.listen(port, '127.0.0.1', resolve);
});
