// Builds what is published: types, ESM, CommonJS and one minified file for a <script> element.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

process.chdir(fileURLToPath(new URL('.', import.meta.url)));
rmSync('dist', { recursive: true, force: true });

// 1 types, and the only check of types: esbuild merely removes them
const { status } = spawnSync(process.execPath, ['node_modules/typescript/bin/tsc'], { stdio: 'inherit' });
if (status !== 0) process.exit(status ?? 1);
rmSync('dist/script.d.ts');
for (const file of readdirSync('dist')) {
  const types = readFileSync(`dist/${file}`, 'utf8').replaceAll(/'(\.\/\w+)\.js'/g, "'$1.cjs'");
  writeFileSync(`dist/${file.replace('.d.ts', '.d.cts')}`, types);
}

// 2 code
const shared = { entryPoints: ['src/index.ts'], bundle: true, target: 'es2022', sourcemap: true, logLevel: 'warning' };
await Promise.all([
  build({ ...shared, format: 'esm', outfile: 'dist/index.js' }),
  build({ ...shared, format: 'cjs', outfile: 'dist/index.cjs' }),
  build({ ...shared, entryPoints: ['src/script.ts'], format: 'iife', minify: true, outfile: 'dist/hawser-client.min.js' }),
]);
