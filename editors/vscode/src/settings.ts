// The settings as the server is told them. Nothing here knows VS Code.

/**
 * The answer to `workspace/configuration`, with the revision that was chosen for this session in place of the setting's.
 * `asked` names the sections that the answers belong to.
 */
export function withRevision(asked: readonly (string | undefined)[], answers: readonly unknown[], chosen: string | undefined): unknown[] {
  return answers.map((answer, i) => {
    if (chosen === undefined || asked[i] !== 'jetpills') return answer;
    return { ...(typeof answer === 'object' ? answer : {}), revision: chosen };
  });
}
