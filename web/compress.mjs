// Compresses files as small as brotli can, once per content: node compress.mjs <folder for reuse> <file>…
import { createHash } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";
import { brotliCompressSync, constants } from "node:zlib";

const [kept, ...files] = process.argv.slice(2);
mkdirSync(kept, { recursive: true });
for (const file of files) {
  const bytes = readFileSync(file);
  const known = path.join(kept, `${createHash("sha256").update(bytes).digest("hex")}.br`);
  if (!existsSync(known)) {
    const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 24, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
    writeFileSync(`${known}.new`, brotliCompressSync(bytes, { params }));
    renameSync(`${known}.new`, known);
  }
  copyFileSync(known, `${file}.br`);
}
