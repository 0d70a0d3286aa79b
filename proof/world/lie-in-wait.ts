/** How long a process that has nothing to send is waited for before it is frozen wherever it is, in milliseconds. */
export const LIE_IN_WAIT_MS = 15_000;
