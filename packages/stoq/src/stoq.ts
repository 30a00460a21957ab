export class Stoq {}
