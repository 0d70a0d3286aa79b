/**
 * Loaded before a service (`node --import`): SIGUSR2 makes it collect its garbage, whole. How much a process holds is only
 * then comparable: between two collections its resident memory says more about the collector than about the program.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as (how?: { type: 'major'; flavor: 'last-resort' }) => void;
process.on('SIGUSR2', () => {
  collect();
  collect({ type: 'major', flavor: 'last-resort' });
});
