/** `npm run proof -- <command>`: shows that the promises hold. */
import { Command } from 'commander';
import { addGuardsCommand } from './guards/command.js';

const program = new Command('npm run proof --').description('Shows that what Beckon promises holds.');
addGuardsCommand(program);
await program.parseAsync();
