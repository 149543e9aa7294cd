// The behaviour that both libraries share: tests/vectors/README.md explains the file.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { withFakes } from './fakes.mjs';

const vectors = JSON.parse(readFileSync(new URL('../../../tests/vectors/client.json', import.meta.url), 'utf8'));

function optionsOf({ reconnectOn = [], endOn = [], ...options } = {}) {
  const shouldReconnect = (code) => reconnectOn.includes(code) ? true : endOn.includes(code) ? false : undefined;
  return { ...options, shouldReconnect };
}

function perform(input, fakes, socket) {
  const blank = input.indexOf(' ');
  const [verb, rest] = blank < 0 ? [input] : [input.slice(0, blank), input.slice(blank + 1)];
  switch (verb) {
    case 'open': return fakes.network.open();
    case 'message': return fakes.network.message(rest);
    case 'lose': return fakes.network.lose(Number(rest));
    case 'fail': return fakes.network.fail();
    case 'advance': return fakes.clock.advance(Number(rest));
    case 'sleep': return fakes.clock.sleep(Number(rest));
    case 'close': return socket.close(rest ? Number(rest) : 1000);
    case 'reconnect': return socket.reconnect();
    case 'timers': return fakes.said.push(`timers ${fakes.clock.armed}`);
    case 'offline': return void (fakes.page.online = false);
    case 'online':
      fakes.page.online = true;
      return fakes.page.fire('online');
    case 'hide': return fakes.page.fire('pagehide', { persisted: true });
    case 'show': return fakes.page.fire('pageshow', { persisted: true });
    case 'visible': return void fakes.page.document.dispatchEvent(new Event('visibilitychange'));
    case 'send':
      try {
        return socket.send(rest);
      } catch {
        return fakes.said.push('refused');
      }
    default: throw new Error(`unknown step "${input}"`);
  }
}

for (const { name, options, random, steps, page } of vectors) {
  test(`Vector: ${name}`, () => withFakes((fakes) => {
    let socket;
    for (const [index, [input, ...expected]] of steps.entries()) {
      fakes.said.length = 0;
      if (input === 'start') socket = fakes.make(optionsOf(options));
      else perform(input, fakes, socket);
      assert.deepEqual(fakes.said, expected, `step ${index + 1}: ${input}`);
    }
  }, { page, random }));
}
