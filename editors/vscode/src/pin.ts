// The words of the status item. Nothing here knows VS Code.
import type { Pin } from './requests';
import { labelOf, markdownOf } from './strangers';

/** "jetpack-nixos 4d857d6 · JetPack 6.2.2"; without the second half where the configuration's generation is not known. */
export function pinText(pin: Pin): string {
  const version = jetpackOf(pin);
  return labelOf(`jetpack-nixos ${pin.short}` + (version === undefined ? '' : ` · JetPack ${version}`));
}

/** The version of the generation in use. */
function jetpackOf(pin: Pin): string | undefined {
  if (pin.major === undefined || pin.major === '') return undefined;
  return pin.jetpack?.find((version) => version === pin.major || version.startsWith(`${pin.major ?? ''}.`)) ?? pin.major;
}

/** What the item says when pointed at, as Markdown. */
export function pinTooltip(pin: Pin, chosen: boolean): string {
  const lines = [`**${markdownOf(`jetpack-nixos ${pin.short}`)}** of ${markdownOf(pin.date)}`];
  if (chosen) lines.push('chosen for this session');
  else if (pin.note !== undefined && pin.note !== '') lines.push(markdownOf(pin.note));
  if (pin.jetpack !== undefined && pin.jetpack.length > 0) lines.push(markdownOf(`has JetPack ${pin.jetpack.join(', ')}`));
  return lines.join('  \n');
}

/** Whether text names a commit: at least seven digits of its hash. */
export function isRevision(text: string): boolean {
  return /^[0-9a-f]{7,40}$/i.test(text);
}
