// Markdown as elements of the page. Nothing in it is taken for HTML: what looks like that is left out.
import { marked, type Token, type Tokens } from 'marked';

/** `follow` may take a link's address over, and says whether it did; all others that are not of the web are plain text. */
export type Follow = (address: string) => (() => void) | undefined;

export function markdown(text: string, follow: Follow): HTMLElement {
  const into = document.createElement('div');
  into.className = 'markdown';
  blocks(marked.lexer(text.replace(/^---\n[\s\S]*?\n---\n/, '')), into, follow);
  return into;
}

const element = (tag: string, ...children: (Node | string)[]): HTMLElement => {
  const made = document.createElement(tag);
  made.append(...children);
  return made;
};

/** The anchor of a heading, by the rule of the pills. */
const anchorOf = (title: string): string => title.toLowerCase().replaceAll(' ', '-').replace(/[^a-z0-9_-]/g, '');

function blocks(tokens: Token[], into: HTMLElement, follow: Follow): void {
  for (const token of tokens) {
    switch (token.type) {
      case 'heading': {
        const heading = inline((token as Tokens.Heading).tokens, element(`h${Math.min((token as Tokens.Heading).depth + 1, 6)}`), follow);
        heading.dataset['anchor'] = anchorOf(heading.textContent);
        into.append(heading);
        break;
      }
      case 'paragraph': into.append(inline((token as Tokens.Paragraph).tokens, element('p'), follow)); break;
      case 'code': into.append(element('pre', element('code', (token as Tokens.Code).text))); break;
      case 'hr': into.append(element('hr')); break;
      case 'blockquote': {
        const quote = element('blockquote');
        blocks((token as Tokens.Blockquote).tokens, quote, follow);
        into.append(quote);
        break;
      }
      case 'list': {
        const list = element((token as Tokens.List).ordered ? 'ol' : 'ul');
        for (const item of (token as Tokens.List).items) {
          const entry = element('li');
          blocks(item.tokens, entry, follow);
          list.append(entry);
        }
        into.append(list);
        break;
      }
      case 'table': {
        const { header, rows } = token as Tokens.Table;
        const row = (tag: string) => (cells: Tokens.TableCell[]) => element('tr', ...cells.map((cell) => inline(cell.tokens, element(tag), follow)));
        into.append(element('table', element('thead', row('th')(header)), element('tbody', ...rows.map(row('td')))));
        break;
      }
      case 'text': inline((token as Tokens.Text).tokens ?? [token], into, follow); break;
      default: // spaces, and HTML
    }
  }
}

function inline(tokens: Token[], into: HTMLElement, follow: Follow): HTMLElement {
  for (const token of tokens) {
    switch (token.type) {
      case 'strong': case 'em': case 'del':
        into.append(inline((token as Tokens.Strong).tokens, element(token.type), follow));
        break;
      case 'codespan': into.append(element('code', (token as Tokens.Codespan).text)); break;
      case 'br': into.append(element('br')); break;
      case 'link': into.append(link(token as Tokens.Link, follow)); break;
      case 'text': {
        const { tokens: parts, text } = token as Tokens.Text;
        if (parts) inline(parts, into, follow);
        else into.append(unescaped(text));
        break;
      }
      case 'escape': into.append((token as Tokens.Escape).text); break;
      default: // images, and HTML
    }
  }
  return into;
}

/** The five characters that HTML has names for: in Markdown these names are characters too. */
const unescaped = (text: string): string => text.replace(/&(amp|lt|gt|quot|#39);/g, (_, name: string) => ({ amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" })[name] ?? '');

function link({ href, tokens }: Tokens.Link, follow: Follow): HTMLElement {
  const action = follow(href);
  if (action) {
    const button = inline(tokens, element('button'), follow);
    button.className = 'link';
    (button as HTMLButtonElement).type = 'button';
    button.addEventListener('click', action);
    return button;
  }
  if (!/^https:\/\//.test(href)) return inline(tokens, element('span'), follow);
  const anchor = inline(tokens, element('a'), follow) as HTMLAnchorElement;
  Object.assign(anchor, { href, target: '_blank', rel: 'noopener noreferrer' });
  return anchor;
}
