/** What is known of the sandbox and what this page shows of it; nothing in here is lost when the page is closed. */
export const view = {
  overview: {
    pages: [],
    people: [],
    people_total: 0,
    products: [],
    clock: { now: Date.now(), frozen: false, offset_ms: 0 },
  },
  threads: new Map(),
  /** Armed faults and disorder. */
  faults: [],
  disorder: [],
  page: undefined,
  shown: [],
  /** People whom a search found. */
  found: new Map(),
  unseen: new Map(),
  phones: new Map(),
};

/** The sandbox's time, in milliseconds. */
export const now = () => {
  const { clock } = view.overview;
  return clock.frozen ? clock.now : Date.now() + clock.offset_ms;
};

export const pageOf = (id = view.page) => view.overview.pages.find(({ page }) => page === id);
/** People of the chosen Page: those of the overview, and those whom a search found beyond it. */
export const peopleHere = () => {
  const { people } = view.overview;
  const found = [...view.found.values()].filter(({ psid }) => !people.some((person) => person.psid === psid));
  return [...people, ...found].filter(({ page }) => page === view.page);
};
export const nameOf = (psid) =>
  (view.overview.people.find((person) => person.psid === psid) ?? view.found.get(psid))?.name ?? psid;

/** A time of day where the person is; an unknown zone falls back to this machine's. */
export function timeOfDay(at, zone, more = {}) {
  const options = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23', ...more };
  try {
    return new Intl.DateTimeFormat(undefined, { ...options, timeZone: zone }).format(at);
  } catch {
    return new Intl.DateTimeFormat(undefined, options).format(at);
  }
}

/** A time of day, with the day if that is not today. */
export function stampText(at, zone) {
  const day = { weekday: 'short', day: 'numeric', month: 'short' };
  const today = timeOfDay(now(), zone, day).split(',')[0] === timeOfDay(at, zone, day).split(',')[0];
  return today && Math.abs(now() - at) < 86_400_000 ? timeOfDay(at, zone) : timeOfDay(at, zone, day);
}

/** "35 min", "7 h" */
export function durationText(ms) {
  const minutes = Math.ceil(ms / 60_000);
  return minutes < 60 ? `${minutes} min` : `${Math.round(minutes / 60)} h`;
}
