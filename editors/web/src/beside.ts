// What stands beside the files: a page of the site, or a text of the server's.

export class Beside {
  private readonly frame: HTMLIFrameElement;
  private readonly text: HTMLElement;
  private readonly title: HTMLElement;
  private readonly leave: HTMLAnchorElement;

  /** `back` takes the focus when the panel closes. */
  constructor(private readonly panel: HTMLElement, private readonly draw: (text: string) => HTMLElement, private readonly back: () => void) {
    const find = <E extends Element>(selector: string) => panel.querySelector(selector) as E;
    this.frame = find('iframe');
    this.text = find('.text');
    this.title = find('h2');
    this.leave = find('a');
    find('button').addEventListener('click', () => this.close());
    panel.addEventListener('keydown', ({ key }) => key === 'Escape' && this.close());
    this.frame.addEventListener('load', () => this.arrived());
    // The page in the frame has the colours of this one.
    new MutationObserver(() => this.colour()).observe(document.documentElement, { attributeFilter: ['data-theme'] });
  }

  showPage(name: string, anchor: string): void {
    const address = `../${name}${anchor === '' ? '' : `#${anchor}`}`;
    this.appear(this.frame); // first: what is not on the screen does not scroll
    // Another source of the frame would be a step in the history of this page.
    this.frame.contentWindow?.location.replace(new URL(address, location.href));
    this.leave.href = address;
    this.leave.hidden = false;
    this.title.textContent = 'Pill';
    this.loaded();
  }

  /** Shows Markdown, from the heading on a line of it. `address` is the page that it is another version of. */
  showText(markdown: string, address: string | undefined, line: number, title = 'Pill, as it holds at this pin'): void {
    const drawn = this.draw(markdown);
    this.text.replaceChildren(drawn);
    this.leave.hidden = address === undefined;
    if (address !== undefined) this.leave.href = address;
    this.title.textContent = title;
    this.appear(this.text);
    const wanted = /^#+ +(.*)$/.exec(markdown.split('\n')[line - 1] ?? '')?.[1]?.replace(/[`*]/g, '');
    const heading = [...drawn.querySelectorAll('h2, h3, h4, h5, h6')].find(({ textContent }) => textContent === wanted);
    if (heading) heading.scrollIntoView();
    else this.text.scrollTop = 0;
  }

  private close(): void {
    this.hide();
    this.back();
  }

  hide(): void {
    this.panel.hidden = true;
    document.body.classList.remove('beside');
  }

  private appear(which: HTMLElement): void {
    this.panel.hidden = false;
    document.body.classList.add('beside');
    this.frame.hidden = which !== this.frame;
    this.text.hidden = which !== this.text;
    this.panel.focus();
  }

  private loaded(): void {
    const page = this.frame.contentDocument;
    page?.documentElement.classList.add('framed');
    const [title] = page?.title.split(' · ') ?? [];
    if (title && !this.frame.hidden) this.title.textContent = title;
    this.colour();
  }

  /** What is in the frame goes its own ways. */
  private arrived(): void {
    const inside = this.frame.contentWindow;
    const follow = () => { if (!this.frame.hidden && inside?.location.protocol !== 'about:') this.leave.href = inside?.location.href ?? this.leave.href; };
    inside?.addEventListener('hashchange', follow);
    inside?.addEventListener('keydown', ({ key, defaultPrevented }) => key === 'Escape' && !defaultPrevented && this.close());
    follow();
    this.loaded();
  }

  private colour(): void {
    const page = this.frame.contentDocument?.documentElement;
    if (!page) return;
    const { theme } = document.documentElement.dataset;
    if (theme === undefined) delete page.dataset['theme'];
    else page.dataset['theme'] = theme;
  }
}
