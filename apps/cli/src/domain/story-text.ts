import type { Terminal } from '../terminal.js';
import { timeText } from './record-view.js';
import type { Story } from './story.js';

/** A gap that a person can take in: `+12 ms`, `+1.50 s`, `+3 min`, `+2.1 h`. */
export function gapText(ms: number): string {
  const sign = ms < 0 ? '-' : '+';
  const n = Math.abs(ms);
  if (n < 1000) return `${sign}${n} ms`;
  if (n < 60_000) return `${sign}${(n / 1000).toFixed(2)} s`;
  if (n < 3_600_000) return `${sign}${(n / 60_000).toFixed(1)} min`;
  return `${sign}${(n / 3_600_000).toFixed(1)} h`;
}

/** A story as lines of text: a heading, then time (UTC), gap, stage, verdict, sentence, detail. */
export function storyText(story: Story, colors: Terminal['colors']): string[] {
  const heading =
    story.alert_id === null
      ? 'beside any alert'
      : `${story.alert_id}: ${story.kind ?? '?'} of ${story.shop ?? '?'}:${story.sku ?? '?'} to ${story.shopper_id ?? '?'}`;
  const stageWidth = Math.max(...story.lines.map((l) => l.stage.length));
  const verdictWidth = Math.max(...story.lines.map((l) => l.verdict.length));
  const lines = story.lines.map((line) => {
    const verdict = line.verdict.padEnd(verdictWidth);
    const shown = line.terminal ? (line.verdict === 'sent' ? colors.green(verdict) : colors.yellow(verdict)) : verdict;
    const gap = (line.gap === null ? '' : gapText(line.gap)).padStart(9);
    const reason = line.reason === null ? '' : ` [${line.reason}]`;
    const detail = line.detail ? colors.dim(` (${line.detail})`) : '';
    return `  ${timeText(line.at)} ${colors.dim(gap)}  ${line.stage.padEnd(stageWidth)}  ${shown}  ${line.text}${reason}${detail}`;
  });
  const open = story.alert_id !== null && !story.ended ? ['  still open: no terminal decision yet'] : [];
  return [colors.bold(heading), ...lines, ...open];
}
