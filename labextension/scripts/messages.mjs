// The texts of the front end that are translated, and its catalogues brought in step with them.
//
// `node scripts/messages.mjs` drops from each catalogue what the source no longer says, and sorts it;
// `node scripts/messages.mjs --list` writes all texts as JSON: {"singular": …, "plural": … or null}.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

const here = import.meta.dirname;
const source = join(here, '../src');
const catalogues = join(here, '../../jupyter_envs/locale');

const messages = collect();
if (process.argv.includes('--list')) {
  process.stdout.write(JSON.stringify(messages, null, 1) + '\n');
} else {
  readdirSync(catalogues).forEach(renew);
}

function collect() {
  const found = new Map();
  const add = (singular, plural) => found.set(singular, { singular, plural });
  for (const file of readdirSync(source, { recursive: true })) {
    if (/\.tsx?$/.test(file) && !/\.spec\.|api\.ts$/.test(file)) {
      const text = readFileSync(join(source, file), 'utf8');
      visit(ts.createSourceFile(file, text, ts.ScriptTarget.Latest), add);
    }
  }
  return [...found.values()].sort((a, b) => (a.singular < b.singular ? -1 : 1));
}

function visit(node, add) {
  if (ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression)) {
    const [first, second] = node.arguments;
    if (node.expression.name.text === '__') {
      add(literal(first), null);
    } else if (node.expression.name.text === '_n') {
      add(literal(first), literal(second));
    }
  }
  ts.forEachChild(node, child => visit(child, add));
}

function literal(node) {
  if (!ts.isStringLiteralLike(node)) {
    throw new Error(
      `A text that is translated must be a literal: ${node.getText?.() ?? node.kind}`
    );
  }
  return node.text;
}

function renew(locale) {
  const path = join(catalogues, locale, 'LC_MESSAGES/jupyter_envs.json');
  const { '': head, ...texts } = JSON.parse(readFileSync(path, 'utf8'));
  const known = new Set(messages.map(({ singular }) => singular));
  const kept = Object.keys(texts)
    .filter(text => known.has(text))
    .sort();
  const fresh = Object.fromEntries([['', head], ...kept.map(text => [text, texts[text]])]);
  writeFileSync(path, JSON.stringify(fresh, null, 2) + '\n');
  const missing = messages.length - kept.length;
  process.stdout.write(`${locale}: ${kept.length} translated, ${missing} in English\n`);
}
