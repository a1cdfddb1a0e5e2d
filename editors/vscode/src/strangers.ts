// What files, pills and settings say may be a stranger's: VS Code must show it and nothing more. Nothing here knows VS Code.

/** Text as Markdown that shows just that text. */
export function markdownOf(text: string): string {
  return text.replace(/[!-/:-@[-`{-~]/g, '\\$&').replace(/\s+/g, ' ');
}

/** Text as the label of a status item or of a row in a list, where `$(name)` would become an icon. */
export function labelOf(text: string): string {
  return text.replace(/\$\([a-z0-9-]+(?:~[a-z]+)?\)/gi, '\\$&');
}

/** Text as a message to the user, where `[text](command:…)` would become a link. */
export function messageOf(text: string): string {
  return text.replace(/\]\(/g, '] (');
}
