// What `jetpills doctor` prints, a fact a line. Nothing here knows VS Code.

const asks = /^(problem|advice): /;

/** A report with the lines that ask for something before those that state facts. */
export function adviceFirst(report: string): string {
  const lines = report.trimEnd().split('\n');
  const advice = lines.filter((line) => asks.test(line));
  const facts = lines.filter((line) => !asks.test(line));
  return `${[advice, facts].filter((part) => part.length > 0).map((part) => part.join('\n')).join('\n\n')}\n`;
}
