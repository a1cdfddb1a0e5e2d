// What a wrong server makes of the right one's answers, by the request, and of its notifications: whatever a check looks at.
export const spoilers = {
  'textDocument/hover': () => ({ contents: { kind: 'markdown', value: 'Nothing of the kind.' } }),
  'textDocument/completion': (list) => {
    if (list === null) return [{ label: 'hardware.nvidia-jetpack.enable' }];
    for (const item of list.items) if (item.textEdit) item.textEdit.newText += '-';
    return list;
  },
  'textDocument/definition': (links) => links?.map((link) => ({ ...link, targetSelectionRange: below(link.targetSelectionRange), targetRange: below(link.targetRange) }))
    ?? [{ uri: 'file:///nowhere.md', range: { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } } }],
  'textDocument/inlayHint': (hints) => hints?.map((hint) => ({ ...hint, label: 'something' })),
  'textDocument/codeLens': (lenses) => lenses?.map((lens) => ({ ...lens, command: { ...lens.command, title: 'something' } })),
  'jetpills/bump': (bump) => bump && { ...bump, markdown: 'Nothing of the kind.' },
  'jetpills/pin': (pin) => pin && { ...pin, short: '0000000', hash: '0'.repeat(40), source: undefined, major: '9' },
  'jetpills/pills': (pills) => pills?.reverse().map((pill) => ({ ...pill, title: 'Pill', sections: [] })),
  'jetpills/explain': (place) => place && { ...place, path: place.path.replace(/\/\d\d-/, '/00-') },
  'jetpills/search': () => [],
  'jetpills/why': () => [],
  'jetpills/revisions': () => [],
};

export const spoiledNotifications = {
  'textDocument/publishDiagnostics': (params) => {
    for (const diagnostic of params.diagnostics) Object.assign(diagnostic, { message: 'Something is wrong.', relatedInformation: [] });
  },
  '$/progress': ({ value }) => {
    if (value.message !== undefined) value.message = 'something';
  },
};

function below({ start, end }) {
  return { start: { ...start, line: start.line + 1 }, end: { ...end, line: end.line + 1 } };
}
