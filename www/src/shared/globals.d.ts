// The two names that messages carry and that every world has; `shared/` sees nothing of what they can do.
interface Blob {
  readonly size: number;
}
declare namespace WebAssembly {
  interface Module {}
}
