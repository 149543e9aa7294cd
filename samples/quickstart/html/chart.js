// The last minute as a picture: a band of states, a dot for each round trip, a line where the connection was lost.
import { milliseconds, t } from './texts.js';

const span = 60_000;
const band = 14;
const left = 58;
const ns = 'http://www.w3.org/2000/svg';

export class Chart {
  #svg;
  #states = [];   // { at, state }: from then on
  #points = [];   // { at, rtt, beat }
  #losses = [];   // times

  constructor(svg) {
    this.#svg = svg;
    new ResizeObserver(() => this.draw()).observe(svg);
    setInterval(() => document.hidden || this.draw(), 250);
  }

  state(state) { this.#states.push({ at: performance.now(), state }); }
  trip(rtt, beat) { this.#points.push({ at: performance.now(), rtt, beat }); }
  loss() { this.#losses.push(performance.now()); }

  draw() {
    const now = performance.now();
    this.#forget(now - span);
    const { clientWidth: width, clientHeight: height } = this.#svg;
    if (!width) return;
    const x = (at) => left + (width - left - 8) * Math.max(0, 1 - (now - at) / span);
    const bottom = height - band - 22;
    const top = Math.max(1, ...this.#points.map((point) => point.rtt)) * 1.15;
    const y = (rtt) => bottom - (bottom - 12) * (rtt / top);
    const shapes = [];
    const add = (name, attributes, text) => {
      const shape = document.createElementNS(ns, name);
      for (const [key, value] of Object.entries(attributes)) shape.setAttribute(key, value);
      if (text) shape.textContent = text;
      shapes.push(shape);
    };

    for (const share of [0, 0.5, 1]) {
      const level = y(top * share / 1.15);
      add('line', { x1: left, x2: width - 8, y1: level, y2: level, class: 'grid' });
      add('text', { x: left - 6, y: level + 4, 'text-anchor': 'end' }, share ? `${(top * share / 1.15).toFixed(top < 100 ? 1 : 0)} ms` : '0');
    }
    for (let i = 0; i < this.#states.length; i++) {
      const from = x(this.#states[i].at);
      const to = i + 1 < this.#states.length ? x(this.#states[i + 1].at) : x(now);
      add('rect', { x: from, y: height - band - 16, width: Math.max(0, to - from), height: band, class: `band ${this.#states[i].state}` });
    }
    for (const at of this.#losses) {
      add('path', { d: `M${x(at)} 8V${bottom}m-4-4l8 8m0-8l-8 8`, class: 'loss' });
    }
    const line = this.#points.map((point, i) => `${i && !this.#lostBetween(this.#points[i - 1].at, point.at) ? 'L' : 'M'}${x(point.at)} ${y(point.rtt)}`).join('');
    if (line) add('path', { d: line, class: 'line' });
    for (const { at, rtt, beat } of this.#points) add('circle', { cx: x(at), cy: y(rtt), r: beat ? 3 : 4, class: beat ? 'beat' : 'trip' });
    add('text', { x: left, y: height - 3 }, '−60 s');
    add('text', { x: width - 8, y: height - 3, 'text-anchor': 'end' }, t('now'));
    this.#svg.setAttribute('viewBox', `0 0 ${width} ${height}`);
    this.#svg.replaceChildren(...shapes);
    this.#describe();
  }

  #describe() {
    const trips = this.#points.map((point) => point.rtt).sort((a, b) => a - b);
    const median = trips.length ? milliseconds(trips[trips.length >> 1]) : '–';
    this.#svg.setAttribute('aria-label', t('chartSummary')(this.#points.filter((point) => point.beat).length, median, this.#losses.length));
  }

  #lostBetween(from, to) { return this.#losses.some((at) => at > from && at < to); }

  #forget(before) {
    while (this.#states.length > 1 && this.#states[1].at < before) this.#states.shift();
    while (this.#points.length && (this.#points[0].at < before || this.#points.length > 2000)) this.#points.shift();
    while (this.#losses.length && this.#losses[0] < before) this.#losses.shift();
  }
}
