/** Injection tokens for what is no class. */

/** The log of Graph calls. */
export const CALL_LOG = Symbol('call log');
/** The files of the phone page. */
export const PAGE_FILES = Symbol('page files');
