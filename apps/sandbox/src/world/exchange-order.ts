let last = 0;

/**
 * A number for one exchange (a webhook out or a call in), larger than all before it in this process. The sandbox's
 * clock cannot tell which came first: it may stand still or go back.
 */
export function nextExchange(): number {
  last += 1;
  return last;
}
