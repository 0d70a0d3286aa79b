/** Options of commands. */
import { InvalidArgumentError } from 'commander';

/** Reads a number. @throws InvalidArgumentError when it is none, or not between the two */
export const number =
  (low: number, high: number) =>
  (text: string): number => {
    const n = Number(text);
    if (text.trim() === '' || !(n >= low && n <= high))
      throw new InvalidArgumentError(`A number from ${low} to ${high}.`);
    return n;
  };
