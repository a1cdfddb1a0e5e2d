// A hover on every word: what waits for it knows that all hovers have been asked for.
const vscode = require('vscode');

exports.activate = (context) => {
  context.subscriptions.push(
    vscode.languages.registerHoverProvider('nix', {
      provideHover: (document, position) => {
        const range = document.getWordRangeAtPosition(position);
        return range && new vscode.Hover(`the neighbour knows ${document.getText(range)}`);
      },
    }),
  );
};
