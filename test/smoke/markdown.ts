/**
 * Fenced blocks of a page. The words after the language say what a test does with a block:
 *
 *   ```sh runnable           runs, and must succeed
 *   ```ts runnable           the same, as a program of its own
 *   ```text output           what the block before printed, to the letter
 *   ```json file=name.json   a file the other blocks speak of
 */

export type Block = {
  readonly language: string;
  readonly words: readonly string[];
  readonly text: string;
  /** Line of the fence, from 1. */
  readonly line: number;
};

export function blocksOf(markdown: string): Block[] {
  const blocks: Block[] = [];
  const lines = markdown.split('\n');
  for (let i = 0; i < lines.length; i++) {
    const fence = /^```(\S*)\s*(.*)$/.exec(lines[i]);
    if (fence === null) continue;
    const end = lines.indexOf('```', i + 1);
    const text = `${lines.slice(i + 1, end).join('\n')}\n`;
    blocks.push({ language: fence[1], words: fence[2].split(' ').filter(Boolean), text, line: i + 1 });
    i = end;
  }
  return blocks;
}

export const isRunnable = (block: Block): boolean => block.words.includes('runnable');
export const isOutput = (block: Block): boolean => block.words.includes('output');

/** The file a block is the content of. */
export const fileOf = (block: Block): string | null =>
  block.words.find((word) => word.startsWith('file='))?.slice('file='.length) ?? null;
