/** The part of the package that is used; it comes without types. Pointers are byte offsets into the module's memory. */
declare module '@echogarden/fvad-wasm' {
  export interface FvadModule {
    /** Renewed when the memory grows: read it anew after every call. */
    readonly HEAP16: Int16Array;
    _malloc(bytes: number): number;
    _free(pointer: number): void;
    /** 0 where there is no memory. */
    _fvad_new(): number;
    _fvad_free(state: number): void;
    /** As after `_fvad_new`: the mode and the rate must be set again. */
    _fvad_reset(state: number): void;
    /** -1 for a mode or a rate that it does not have. */
    _fvad_set_mode(state: number, mode: number): number;
    _fvad_set_sample_rate(state: number, sampleRateHz: number): number;
    /** 1 for speech, 0 for none, -1 for a length that is not 10, 20 or 30 ms. */
    _fvad_process(state: number, samples: number, length: number): number;
  }
  export default function load(): Promise<FvadModule>;
}
