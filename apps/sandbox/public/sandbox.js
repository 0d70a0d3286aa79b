/** Talking to the sandbox. The stream says what changed, readers then fetch it: a missed event costs only a moment. */

/** Calls the admin API. Throws what it refused in its own words. */
export async function call(method, path, body) {
  const init = { method, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
  const answer = await fetch(`/admin/${path}`, init);
  const text = await answer.text();
  const value = text === '' ? undefined : JSON.parse(text);
  if (!answer.ok) throw new Error(value?.error?.message ?? `The sandbox answered ${answer.status}.`);
  return value;
}

const running = new Map();
const MIN_GAP_MS = 120;

/** Runs at most one fetch at a time per name, not more often than needed, and once more if something changed meanwhile. */
export function refresh(name, work) {
  if (running.has(name)) {
    running.set(name, 'again');
    return;
  }
  running.set(name, 'once');
  void work()
    .catch(() => undefined)
    .then(() => running.get(name) === 'again' && new Promise((resolve) => setTimeout(resolve, MIN_GAP_MS)))
    .then(() => {
      const again = running.get(name) === 'again';
      running.delete(name);
      if (again) refresh(name, work);
    });
}

/** Listens to what changes; `opened` is told at the start and after each interruption, `lost` at an interruption. */
export function listen({ opened, lost, changed }) {
  const stream = new EventSource('/admin/stream');
  stream.onopen = opened;
  stream.onerror = lost;
  stream.onmessage = ({ data }) => changed(JSON.parse(data));
}
