/** Talking to the sandbox. The stream says what changed, readers then fetch it: a missed event costs only a moment. */

/** No answer came. */
class Unreachable extends Error {}
/** The sandbox refused, in its own words. */
class Refused extends Error {}

/** Calls the admin API. */
export async function call(method, path, body) {
  const init = { method, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
  const [answer, text] = await fetch(`/admin/${path}`, init)
    .then(async (one) => [one, await one.text()])
    .catch(() => {
      throw new Unreachable('The sandbox does not answer.');
    });
  const value = text === '' ? undefined : JSON.parse(text);
  if (!answer.ok) throw new Refused(value?.error?.message ?? `The sandbox answered ${answer.status}.`);
  return value;
}

const running = new Map();
const MIN_GAP_MS = 120;
const RETRY_MS = 1000;
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * Runs at most one fetch at a time per name, not more often than needed, and once more if something changed meanwhile.
 * What the network lost is fetched again; what the sandbox refused is not.
 */
export function refresh(name, work) {
  if (running.has(name)) running.set(name, 'again');
  else void run(name, work);
}

async function run(name, work) {
  do {
    running.set(name, 'once');
    try {
      await work();
    } catch (error) {
      if (!(error instanceof Refused || error instanceof Unreachable)) {
        running.delete(name);
        throw error;
      }
      if (error instanceof Unreachable) {
        running.set(name, 'again');
        await pause(RETRY_MS);
      }
    }
    if (running.get(name) === 'again') await pause(MIN_GAP_MS);
  } while (running.get(name) === 'again');
  running.delete(name);
}

/** Listens to what changes; `opened` is told at the start and after each interruption, `lost` at an interruption. */
export function listen({ opened, lost, changed }) {
  const stream = new EventSource('/admin/stream');
  stream.onopen = opened;
  stream.onerror = lost;
  stream.onmessage = ({ data }) => changed(JSON.parse(data));
}
