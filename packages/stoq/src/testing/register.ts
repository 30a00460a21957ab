/** Loaded first by `stoq test`: in every test, wherever it stands, `stoq` and `stoq/testing` mean this copy. */
import { shareOwnClasses } from '../plugin/resolve.ts'

shareOwnClasses()
