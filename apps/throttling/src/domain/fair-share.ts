/**
 * How many Pages one of several workers may hold: an equal share, rounded up, so that all of them together can hold
 * every Page. Nobody counted yet means being alone.
 */
export const fairShare = (pages: number, workers: number): number => Math.ceil(pages / Math.max(1, workers));
