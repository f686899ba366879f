// `npm run docs:check`: every link of the README and of docs/ that points into the project leads somewhere, headings included, what they name is there,
// and every snippet type-checks.
// By name space: Node 20 has no globSync, and must get as far as finding a newer one.
import * as fs from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { requireNode, root } from './require-node.mjs';

await requireNode();
const { checkNames } = await import('./check-names.mjs');
const { checkSnippets } = await import('./check-snippets.mjs');

const pages = fs.globSync(['README.md', 'docs/**/*.md'], { cwd: root }).map((path) => resolve(root, path));
const broken = pages.flatMap((page) => linksOf(page).filter(({ target, heading }) => !leads(target, heading)));

for (const { page, link } of broken) console.error(`${relative(root, page)}: ${link} leads nowhere`);
const untold = pages.flatMap((page) => missingInContents(page).map((heading) => `${relative(root, page)}: its contents leave out ${heading}`));
const wrong = checkNames([...pages, resolve(root, 'bench/README.md')]);
for (const sentence of [...untold, ...wrong]) console.error(sentence);
console.log(`${pages.length} pages, ${broken.length} broken links, ${wrong.length} names of nothing`);
const snippets = await checkSnippets();
console.log(`${snippets.count} snippets${snippets.isRight ? '' : ', not all of them type-check'}`);
process.exitCode = broken.length + untold.length + wrong.length > 0 || pages.length === 0 || !snippets.isRight ? 1 : 0;

function linksOf(page) {
  const links = [...withoutCode(page).matchAll(/\]\(([^)\s]+)\)|(?:src|href)="([^"]+)"/g)].map(([, a, b]) => a ?? b);
  return links
    .filter((link) => !/^[a-z]+:/i.test(link))
    .map((link) => {
      const [path, heading] = link.split('#');
      return { page, link, target: path ? resolve(dirname(page), path) : page, heading };
    });
}

function leads(target, heading) {
  if (!fs.existsSync(target)) return false;
  return !heading || !target.endsWith('.md') || headingsOf(target).includes(heading);
}

/** A page that lists its parts in a line `Contents: ...` lists all of them. */
function missingInContents(page) {
  const text = withoutCode(page);
  const [, contents] = /^Contents: ([\s\S]*?)\n\n/m.exec(text) ?? [];
  if (contents === undefined) return [];
  return [...text.matchAll(/^## +(.+)$/gm)].map(([, title]) => anchorOf(title)).filter((anchor) => !contents.includes(`(#${anchor})`));
}

/** Anchors as the usual renderers make them: lower case, no punctuation, hyphens for spaces. */
function headingsOf(page) {
  const titles = [...withoutCode(page).matchAll(/^#+ +(.+)$/gm)].map(([, title]) => title);
  return titles.map(anchorOf);
}

function anchorOf(title) {
  return title
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replaceAll(/\s/g, '-');
}

function withoutCode(page) {
  return fs.readFileSync(page, 'utf8').replaceAll(/^```[\s\S]*?^```/gm, '');
}
