// The buttons that break things: calls to the demo's own control port, which answers this page alone.
let base;

export async function findLab() {
  try {
    const answer = await fetch('lab.json');
    if (!answer.ok) return null;
    base = `http://127.0.0.1:${(await answer.json()).port}`;
    return await (await fetch(`${base}/state`)).json();
  } catch {
    return null;   // the gateway runs without the demo around it, or on another machine
  }
}

export async function act(action) {
  const answer = await fetch(`${base}/${action}`, { method: 'POST' });
  const state = await answer.json();
  if (!answer.ok) throw new Error(state.error);
  return state;
}
