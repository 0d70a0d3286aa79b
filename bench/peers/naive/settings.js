/** Injection token of {@link NaiveSettings}. */
export const SETTINGS = Symbol('naive settings');
/** The settings from the environment. @throws Error when there are none */
export function readSettings() {
    const text = process.env['NAIVE_SETTINGS'];
    if (text === undefined)
        throw new Error('NAIVE_SETTINGS is missing');
    return JSON.parse(text);
}
/** The shop that a Page belongs to. @throws Error when none does */
export function shopOf({ shops }, page) {
    const found = shops.find(({ pages }) => page in pages);
    if (!found)
        throw new Error(`no shop has Page ${page}`);
    return found;
}
//# sourceMappingURL=settings.js.map