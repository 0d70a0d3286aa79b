/** The two questions that a service answers instead of running: which settings are there, and which are in force. */
import { describeConfig, type Settings } from './config.js';

/** What the arguments of a service's process ask for. Anything unknown is answered with the help. */
export function wantedOutput(argv: readonly string[]): 'run' | 'help' | 'config' {
  if (argv.length === 0) return 'run';
  return argv.length === 1 && argv[0] === '--print-config' ? 'config' : 'help';
}

/** Every setting with its default and one line of help. */
export function settingsHelp(service: string, spec: Settings): string {
  const lines = describeConfig(spec).map((s) => {
    const note = s.required ? 'required' : s.default === undefined ? 'optional' : `default ${s.default || '(empty)'}`;
    return `  ${s.name}  (${note}${s.secret ? ', secret' : ''})\n      ${s.help}`;
  });
  return (
    `${service}: set through environment variables; each also as NAME_FILE, the path of a file that holds the value.\n\n` +
    `  --help          this list\n  --print-config  the settings in force, secrets hidden\n\n${lines.join('\n')}\n`
  );
}
