/** What a language's full stops may mean besides the end of a sentence. Words are in lower case, without the last dot. */
export interface Abbreviations {
  /** Never end a sentence: titles, and words that point at what follows. */
  readonly joins: ReadonlySet<string>;
  /** Do not end one before a number: "No. 5", "Jan. 5". */
  readonly beforeNumber: ReadonlySet<string>;
  /** End one only before a word of `openers`; so do initials (J.) and dotted letters (U.S., p.m.) of any language. */
  readonly often: ReadonlySet<string>;
  /** Words that open sentences and are hardly ever part of a name. */
  readonly openers: ReadonlySet<string>;
  /** A number of one or two digits with a dot is an ordinal ("am 5. Mai"). */
  readonly ordinals: boolean;
}

interface Listed {
  joins?: string;
  beforeNumber?: string;
  often?: string;
  openers?: string;
  ordinals?: true;
}

const listed: Record<string, Listed> = {
  en: {
    joins:
      'mr mrs ms mx dr prof rev fr gen col maj capt cmdr lt sgt cpl pvt adm sen rep gov pres hon messrs mme mlle ' +
      'e.g i.e cf vs viz ca approx',
    beforeNumber:
      'no nr sec sect art ch p pg para pt bk v ver ext tel jan feb mar apr jun jul aug sep sept oct nov dec',
    often: 'st mt ft ave blvd rd hwy inc ltd co corp bros jr sr esq dept univ assn al fig figs vol vols chap eq nos pp',
    openers:
      'the a an this that these those it he she we they you i there here but and or so if when while as at by for ' +
      'from in on after before then now what who why how where which however meanwhile although because since yes ' +
      'my our your his her their its please let both each every most many some all one',
  },
  de: {
    joins: 'dr prof hr fr dipl ing z.b d.h u.a o.ä i.d.r bzw ca vgl evtl ggf inkl exkl zzgl nr abs bd sog z d u o i',
    often: 'st str jh jr sr',
    openers: 'der die das ein eine er sie es wir ich ihr und aber dann wenn dort hier nach in im am auf dies diese',
    ordinals: true,
  },
  fr: {
    joins: 'm mm mme mmes mlle mlles dr pr me cf p.ex env',
    beforeNumber: 'no nº art chap p fig vol janv févr avr juil sept oct nov déc',
    often: 'st ste av bd',
    openers: 'le la les un une des il elle ils elles nous vous je on ce cette ces et mais puis alors dans en au',
  },
  es: {
    joins: 'sr sra srta sres dr dra d dña ud uds vd p.ej cf',
    beforeNumber: 'no nº núm art cap pág págs fig vol',
    often: 'av avda gral ee.uu',
    openers: 'el la los las un una él ella ellos nosotros yo y pero en al este esta esto entonces luego',
  },
  it: {
    joins: 'sig sigg dott prof ing avv arch geom on p.es cfr',
    beforeNumber: 'n art cap pag pagg fig vol',
    openers: 'il lo la i gli le un una egli lei noi io e ma in nel questo questa poi allora',
  },
  pt: {
    joins: 'sr sra srs dr dra prof profa exmo exma p.ex cf',
    beforeNumber: 'n nº art cap pág págs fig vol',
    often: 'av',
    openers: 'o a os as um uma ele ela eles nós eu e mas em no na este esta isto então depois',
  },
  nl: {
    joins: 'dhr mevr mw dr prof ing ir drs bijv d.w.z i.p.v m.b.t o.a ca resp',
    beforeNumber: 'nr art blz fig jan feb mrt apr jun jul aug sep sept okt nov dec',
    openers: 'de het een hij zij we ik er en maar toen dan als in op dit dat deze die',
  },
};

/** Languages beside German that write ordinals with a dot. */
const ordinalLanguages = new Set('da nb nn no fi et lv cs sk hu sl hr sr pl tr is lb'.split(' '));

/** The abbreviations of a language tag ("en", "de-AT"); English where none is given, none where none are listed. */
export function abbreviationsOf(language = 'en'): Abbreviations {
  const base = language.toLowerCase().split(/[-_]/)[0] ?? '';
  const lists = listed[base] ?? {};
  const words = (line = ''): Set<string> => new Set(line.split(' '));
  return {
    joins: words(lists.joins),
    beforeNumber: words(lists.beforeNumber),
    often: words(lists.often),
    openers: words(lists.openers),
    ordinals: lists.ordinals ?? ordinalLanguages.has(base),
  };
}
