import js from '@eslint/js';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

const ofNode = Object.fromEntries(
  ['process', 'console', 'fetch', 'setTimeout', 'clearTimeout', 'URL', 'Buffer'].map((name) => [name, 'readonly']),
);

export default defineConfig(
  globalIgnores(['out', 'out-test', 'dist', 'server', 'node_modules']),
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true } },
  },
  {
    files: ['test/**/*.ts'],
    // node:test answers its calls with promises that nobody has to wait for.
    rules: { '@typescript-eslint/no-floating-promises': 'off' },
  },
  {
    files: ['**/*.mjs'],
    languageOptions: { globals: ofNode },
  },
  {
    files: ['e2e/neighbour/*.js'],
    languageOptions: { sourceType: 'commonjs', globals: { require: 'readonly', exports: 'readonly' } },
  },
  {
    files: ['preview/*.js'], // they run in the page of a preview
    languageOptions: { sourceType: 'script', globals: { document: 'readonly', window: 'readonly', URL: 'readonly', Image: 'readonly', MutationObserver: 'readonly' } },
  },
  {
    files: ['e2e/page.mjs'], // its functions run in the browser
    languageOptions: { globals: { document: 'readonly', NodeFilter: 'readonly' } },
  },
);
