/** Hands the user a file. */
export function saveFile(name: string, contents: Uint8Array | string): void {
  const url = URL.createObjectURL(new Blob([contents as BlobPart]));
  const link = Object.assign(document.createElement('a'), { href: url, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
