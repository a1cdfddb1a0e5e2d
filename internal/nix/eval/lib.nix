# The functions of Nix and of nixpkgs' lib that are written in Nix, by the part of lib
# that has them, after their documentation. What needs care where its arguments are
# known in part, what goes through long lists and what calls itself for numbers or
# lists is written in Go: an unknown condition does not end a recursion.
#
# A definition is a function with all its parameters, a value, or the name of another
# definition of its part. It sees all of lib, types and internal. A name in it stands
# for the caller's expression as it is: prelude.go says how.
{
  builtins = {
    catAttrs = name: sets: concatMap (set: if hasAttr name set then [ set.${name} ] else [ ]) sets;
    concatMap = f: list: concatLists (map f list);
    groupBy = f: list: zipAttrs (map (x: { ${f x} = x; }) list);
    intersectAttrs = names: set: filterAttrs (name: _: hasAttr name names) set;
    partition = holds: list: { right = filter holds list; wrong = filter (x: !(holds x)) list; };
  };

  attrsets = {
    inherit (builtins) attrNames attrValues catAttrs getAttr hasAttr intersectAttrs listToAttrs mapAttrs
      removeAttrs zipAttrsWith;
    attrByPath = path: default: set: if hasAttrByPath path set then getAttrFromPath path set else default;
    attrVals = names: set: map (name: set.${name}) names;
    attrsToList = set: mapAttrsToList nameValuePair set;
    cartesianProduct = sets:
      let add = all: name: concatMap (one: map (value: one // { ${name} = value; }) sets.${name}) all;
      in foldl' add [ { } ] (attrNames sets);
    collect = holds: v:
      if holds v then [ v ] else if isAttrs v then concatMap (collect holds) (attrValues v) else [ ];
    dontRecurseIntoAttrs = set: set // { recurseForDerivations = false; };
    filterAttrsRecursive = keep: set:
      mapAttrs (_: value: if isAttrs value then filterAttrsRecursive keep value else value) (filterAttrs keep set);
    foldAttrs = f: init: sets: mapAttrs (_: values: foldr f init values) (zipAttrs sets);
    foldlAttrs = f: init: set: foldl' (acc: name: f acc name set.${name}) init (attrNames set);
    genAttrs = names: f: listToAttrs (map (name: nameValuePair name (f name)) names);
    genAttrs' = names: f: listToAttrs (map f names);
    getAttrs = names: set: genAttrs names (name: set.${name});
    isDerivation = v: (v.type or null) == "derivation";
    mapAttrs' = f: set: listToAttrs (mapAttrsToList f set);
    mapAttrsRecursive = f: set: mapAttrsRecursiveCond (_: true) f set;
    mapAttrsRecursiveCond = goesOn: f: set:
      let below = path: mapAttrs (name: v:
        let here = path ++ [ name ]; in if isAttrs v && goesOn v then below here v else f here v);
      in below [ ] set;
    mapCartesianProduct = f: sets: map f (cartesianProduct sets);
    mergeAttrsList = sets: foldl' mergeAttrs { } sets;
    nameValuePair = name: value: { inherit name value; };
    optionalAttrs = condition: set: if condition then set else { };
    overrideExisting = old: new: mapAttrs (name: value: new.${name} or value) old;
    recurseIntoAttrs = set: madeBy "recurseIntoAttrs" (set // { recurseForDerivations = true; });
    setAttrByPath = path: value: foldr (name: below: { ${name} = below; }) value path;
    showAttrPath = path:
      if path == [ ] then "<root attribute path>" else concatMapStringsSep "." escapeNixIdentifier path;
    zipAttrs = sets: zipAttrsWith (_: values: values) sets;
    zipAttrsWithNames = names: f: sets: genAttrs names (name: f name (catAttrs name sets));
  };

  lists = {
    inherit (builtins) all any concatLists concatMap elem elemAt filter foldl' genList groupBy head
      length map partition sort tail;
    allUnique = list: length (unique list) == length list;
    concat = a: b: a ++ b;
    count = holds: list: length (filter holds list);
    crossLists = f: lists: foldl (calls: list: concatMap (call: map call list) calls) [ f ] lists;
    drop = n: list: sublist n (length list) list;
    dropEnd = n: list: take (max 0 (length list - n)) list;
    findSingle = holds: none: several: list:
      let found = filter holds list; n = length found;
      in if n == 0 then none else if n == 1 then head found else several;
    flatten = x: if isList x then concatMap flatten x else [ x ];
    fold = foldr;
    forEach = list: f: map f list;
    init = list: assert list != [ ]; take (length list - 1) list;
    intersectLists = a: b: filter (x: elem x a) b;
    last = list: elemAt list (length list - 1);
    mutuallyExclusive = a: b: !(any (x: elem x a) b);
    naturalSort = list:
      let
        parts = s: map (part: if isList part then toInt (head part) else part) (split "(0|[1-9][0-9]*)" s);
        pairs = map (s: nameValuePair s (parts s)) list;
      in
      map (pair: pair.name) (sort (a: b: compareLists compare a.value b.value < 0) pairs);
    optional = condition: x: if condition then [ x ] else [ ];
    optionals = condition: list: if condition then list else [ ];
    range = from: to: if to < from then [ ] else genList (i: from + i) (to - from + 1);
    remove = x: list: filter (y: y != x) list;
    replicate = n: x: genList (_: x) n;
    singleton = x: [ x ];
    sortOn = f: list:
      map (pair: pair.value) (sort (a: b: a.name < b.name) (map (x: nameValuePair (f x) x) list));
    subtractLists = a: b: filter (x: !(elem x a)) b;
    take = n: list: sublist 0 n list;
    takeEnd = n: list: drop (max 0 (length list - n)) list;
    toList = x: if isList x then x else [ x ];
    uniqueStrings = list: attrNames (genAttrs list (_: null));
    zipLists = a: b: zipListsWith (fst: snd: { inherit fst snd; }) a b;
  };

  strings = {
    inherit (builtins) compareVersions concatStringsSep fromJSON match parseDrvName readFile
      replaceStrings split stringLength substring toJSON toString unsafeDiscardStringContext;
    boolToString = b: if b then "true" else "false";
    boolToYesNo = b: if b then "yes" else "no";
    cmakeBool = name: on: "-D${name}:BOOL=${toUpper (boolToString on)}";
    cmakeFeature = name: value: "-D${name}:STRING=${value}";
    concatImapStrings = f: list: concatStrings (imap1 f list);
    concatImapStringsSep = separator: f: list: concatStringsSep separator (imap1 f list);
    concatLines = list: concatMapStrings (line: line + "\n") list;
    concatMapAttrsStringSep = separator: f: set: concatStringsSep separator (mapAttrsToList f set);
    concatMapStrings = f: list: concatStrings (map f list);
    concatMapStringsSep = separator: f: list: concatStringsSep separator (map f list);
    concatStrings = list: concatStringsSep "" list;
    enableFeature = on: name: if on then "--enable-${name}" else "--disable-${name}";
    escape = list: s: replaceStrings list (map (c: "\\" + c) list) s;
    escapeRegex = s: escape (stringToCharacters "\\[{()^$?*+|.") s;
    escapeShellArg = arg:
      let s = toString arg; isPlain = match "[[:alnum:],._+:@%/-]+" s != null;
      in if isPlain then s else "'" + replaceString "'" "'\\''" s + "'";
    escapeShellArgs = args: concatMapStringsSep " " escapeShellArg args;
    fileContents = file: removeSuffix "\n" (readFile file);
    fixedWidthNumber = width: n: fixedWidthString width "0" (toString n);
    getName = x: if isString x then (parseDrvName x).name else x.pname or (parseDrvName x.name).name;
    getVersion = x: if isString x then (parseDrvName x).version else x.version or (parseDrvName x.name).version;
    importJSON = file: fromJSON (readFile file);
    importTOML = file: fromTOML (readFile file);
    intersperse = separator: list: drop 1 (concatMap (x: [ separator x ]) list);
    isStringLike = x: isString x || isPath x || x ? outPath || x ? __toString;
    join = separator: list: concatStringsSep separator list;
    makeSearchPath = folder: paths: concatMapStringsSep ":" (path: path + "/" + folder) (remove null paths);
    mesonOption = name: value: "-D${name}=${value}";
    nameFromURL = url: separator:
      let file = last (splitString "/" url); name = head (splitString separator file);
      in assert name != file || throw "no ${separator} in ${file}"; name;
    optionalString = condition: s: if condition then s else "";
    replaceString = from: to: s: replaceStrings [ from ] [ to ] s;
    stringAsChars = f: s: concatStrings (map f (stringToCharacters s));
    toSentenceCase = s: toUpper (substring 0 1 s) + toLower (substring 1 (-1) s);
    versionAtLeast = a: b: compareVersions a b != -1;
    versionOlder = a: b: compareVersions a b == -1;
    withFeature = on: name: if on then "--with-${name}" else "--without-${name}";
  };

  versions = {
    inherit (builtins) splitVersion;
    major = version: elemAt (splitVersion version) 0;
    majorMinor = version: concatStringsSep "." (take 2 (splitVersion version));
    minor = version: elemAt (splitVersion version) 1;
    pad = n: version:
      let number = head (splitString "-" version);
      in concatStringsSep "." (take n (splitString "." number ++ replicate n "0")) + removePrefix number version;
    patch = version: elemAt (splitVersion version) 2;
  };

  trivial = {
    inherit (builtins) add addErrorContext baseNameOf bitAnd bitOr bitXor ceil deepSeq dirOf div floor
      fromTOML genericClosure hashString isAttrs isBool isFloat isInt isList isPath isString lessThan mul
      pathExists readDir readFile readFileType seq splitVersion sub trace tryEval typeOf;
    and = a: b: a && b;
    compare = a: b: if a < b then -1 else if a > b then 1 else 0;
    const = x: _: x;
    defaultTo = default: x: if x == null then default else x;
    flip = f: a: b: f b a;
    id = x: x;
    info = _: x: x;
    isFunction = f: builtins.isFunction f || f ? __functor && builtins.isFunction (f.__functor f);
    isType = type: x: (x._type or null) == type;
    mapNullable = f: x: if x == null then null else f x;
    max = a: b: if a > b then a else b;
    mergeAttrs = a: b: a // b;
    min = a: b: if a < b then a else b;
    mirrorFunctionArgs = of: f: setFunctionArgs f (functionArgs of);
    mod = a: b: a - b * (a / b);
    or = a: b: a || b;
    pipe = x: functions: foldl' (x: f: f x) x functions;
    setFunctionArgs = f: args: { __functor = _: f; __functionArgs = args; };
    setType = type: set: set // { _type = type; };
    throwIf = condition: message: x: assert !condition || throw message; x;
    throwIfNot = condition: message: x: assert condition || throw message; x;
    toFunction = x: if isFunction x then x else _: x;
    warn = _: x: x;
    warnIf = _: _: x: x;
    warnIfNot = _: _: x: x;
    warnOnInstantiate = _: x: x;
    xor = a: b: a != b;
  };

  debug = {
    traceIf = _: _: x: x;
    traceSeq = _: x: x;
    traceVal = x: x;
    traceValFn = _: x: x;
  };

  asserts = {
    assertMsg = holds: message: holds || throw message;
    assertOneOf = name: x: list: elem x list || throw "${name} is none of its values";
  };

  meta = {
    dontDistribute = drv: addMetaAttrs { hydraPlatforms = [ ]; } drv;
    addMetaAttrs = meta: drv: drv // { meta = (drv.meta or { }) // meta; };
    getExe' = drv: name: assert isDerivation drv; "${drv}/bin/${name}";
    hiPrio = drv: drv;
    lowPrio = drv: drv;
    setPrio = _: drv: drv;
  };

  filesystem = {
    pathIsDirectory = path: pathExists path && readFileType path == "directory";
  };

  path = {
    append = path: subpath:
      assert isPath path && isString subpath && match "[^/].*" subpath != null && !(elem ".." (splitString "/" subpath));
      path + ("/" + subpath);
  };

  fixedPoints = {
    composeExtensions = first: second: final: prev:
      let own = first final prev; in own // second final (prev // own);
    composeManyExtensions = overlays: final: prev: foldr composeExtensions (_: _: { }) overlays final prev;
    extends = overlay: f: final: let prev = f final; in prev // overlay final prev;
    fix = f: let self = f self; in self;
    fix' = f: let self = f self // { __unfix__ = f; }; in self;
    makeExtensible = f: makeExtensibleWithCustomName "extend" f;
    makeExtensibleWithCustomName = name: f:
      fix' (self: f self // { ${name} = overlay: makeExtensibleWithCustomName name (extends overlay f); });
    toExtension = f: final: prev:
      let once = f prev; in if !isFunction f then f else if isFunction once then f final prev else once;
  };

  customisation = {
    hydraJob = drv: drv;
    makeScope = newScope: f:
      let self = madeBy "makeScope" ({ callPackage = self.newScope { }; } // f self // {
        newScope = more: newScope (self // more);
        overrideScope = overlay: makeScope newScope (extends overlay f);
        packages = f;
      });
      in self;
  };

  modules = {
    importApply = file: argument: import file argument;
    mkAfter = content: mkOrder 1500 content;
    mkBefore = content: mkOrder 500 content;
    mkDefault = content: mkOverride 1000 content;
    mkDefinition = definition: definition // { _type = "definition"; };
    mkFixStrictness = x: x;
    mkForce = content: mkOverride 50 content;
    mkIf = condition: content: { _type = "if"; inherit condition content; };
    mkImageMediaOverride = content: mkOverride 60 content;
    mkMerge = contents: { _type = "merge"; inherit contents; };
    mkOptionDefault = content: mkOverride 1500 content;
    mkOrder = priority: content: { _type = "order"; inherit priority content; };
    mkOverride = priority: content: { _type = "override"; inherit priority content; };
    mkVMOverride = content: mkOverride 10 content;
    setDefaultModuleLocation = file: module: { _file = file; imports = [ module ]; };
  };

  options = {
    getFiles = definitions: map (d: d.file) definitions;
    getValues = definitions: map (d: d.value) definitions;
    isOption = x: isType "option" x;
    literalDocBook = text: { _type = "literalDocBook"; inherit text; };
    literalExpression = text: { _type = "literalExpression"; inherit text; };
    literalExample = literalExpression;
    literalMD = text: { _type = "literalMD"; inherit text; };
    mdDoc = text: text;
    mkEnableOption = name: madeBy "mkEnableOption" {
      _type = "option";
      default = false;
      example = true;
      description = "Whether to enable ${name}.";
      type = types.bool;
    };
    mkOption = attrs: madeBy "mkOption" (attrs // { _type = "option"; });
    mkPackageOption = pkgs: name:
      { default ? name, nullable ? false, example ? null, extraDescription ? "", pkgsText ? "pkgs" }:
      let
        text = path: literalExpression "${pkgsText}.${showAttrPath (toList path)}";
      in
      madeBy "mkPackageOption" ({
        _type = "option";
        description = "The ${last (toList name)} package to use."
          + optionalString (extraDescription != "") " ${extraDescription}";
        type = if nullable then types.nullOr types.package else types.package;
      }
      // optionalAttrs (default != null) {
        default = getAttrFromPath (toList default) pkgs;
        defaultText = text default;
      }
      // optionalAttrs (default == null && nullable) { inherit default; }
      // optionalAttrs (example != null) {
        example = if isList example then text example else literalExpression example;
      });
    mkPackageOptionMD = mkPackageOption;
    showOption = path:
      let isPlaceholder = name: elem name [ "*" "<name>" "<function body>" "<dependency name>" ];
      in concatMapStringsSep "." (name: if isPlaceholder name then name else escapeNixIdentifier name) path;
  };

  types = {
    addCheck = type: holds: type // { check = x: type.check x && holds x; };
    anything = plain "anything" "anything" (_: true);
    attrs = described null "attrs" "attribute set" isAttrs;
    attrsOf = type: typeOfMany "attrsOf" "attribute set of" isAttrs type;
    attrsWith = { elemType, lazy ? false, ... }: if lazy then types.lazyAttrsOf elemType else types.attrsOf elemType;
    attrTag = tags:
      unchecked "attrTag" "attribute-tagged union with choices: ${concatStringsSep ", " (attrNames tags)}";
    bool = plain "bool" "boolean" isBool;
    boolByOr = plain "boolByOr" "boolean (merged using or)" isBool;
    coercedTo = from: f: to: mkOptionType {
      name = "coercedTo";
      description = "${phrase [ "noun" ] to} or ${phrase [ "noun" ] from} convertible to it";
      check = x: to.check x || from.check x && to.check (f x);
      getSubModules = to.getSubModules;
      nestedTypes = { coercedType = from; finalType = to; };
    };
    commas = types.separatedString ",";
    deferredModule = unchecked "deferredModule" "module";
    deferredModuleWith = _: types.deferredModule;
    either = a: b: mkOptionType {
      name = "either";
      description =
        if (a.descriptionClass or null) == "nonRestrictiveClause"
        then "${a.description}, or ${phrase [ "noun" "conjunction" ] b}"
        else "${phrase [ "noun" "conjunction" ] a} or ${phrase [ "noun" "conjunction" "composite" ] b}";
      descriptionClass = "conjunction";
      check = x: a.check x || b.check x;
      nestedTypes = { left = a; right = b; };
    };
    enum = values: mkOptionType {
      name = "enum";
      description =
        let
          shown = v:
            if isString v then "\"" + v + "\"" else if isInt v then toString v
            else if isBool v then boolToString v else "<${typeOf v}>";
          all = concatMapStringsSep ", " shown values;
          few = { "0" = "impossible (empty enum)"; "1" = "value ${all} (singular enum)"; };
        in
        few.${toString (length values)} or "one of ${all}";
      descriptionClass = if length values < 2 then "noun" else "conjunction";
      check = x: elem x values;
      functor = unsupported "part of a type" // { name = "enum"; payload.values = values; };
    };
    envVar = types.separatedString ":";
    externalPath = types.pathWith { inStore = false; absolute = true; };
    fileset = unchecked "fileset" "fileset";
    float = plain "float" "floating point number" isFloat;
    functionTo = type: typeOfMany "functionTo" "function that evaluates to a(n)" isFunction type;
    int = plain "int" "signed integer" isInt;
    isOptionType = x: isType "option-type" x;
    lazyAttrsOf = type: typeOfMany "lazyAttrsOf" "lazy attribute set of" isAttrs type;
    lines = types.separatedString "\n";
    listOf = type: typeOfMany "listOf" "list of" isList type;
    luaInline = unchecked "luaInline" "inline lua";
    mkOptionType = type: madeBy "mkOptionType" (unsupported "part of a type" // {
      _type = "option-type";
      description = type.name;
      descriptionClass = null;
      check = _: true;
      getSubModules = null;
      nestedTypes = { };
      deprecationMessage = null;
    } // type);
    nonEmptyListOf = type:
      let list = types.addCheck (types.listOf type) (l: l != [ ]);
      in list // { description = "non-empty ${phrase [ "noun" ] list}"; };
    nonEmptyStr = unchecked "nonEmptyStr" "non-empty string";
    nullOr = type: mkOptionType {
      name = "nullOr";
      description = "null or ${phrase [ "noun" "conjunction" ] type}";
      descriptionClass = "conjunction";
      check = x: x == null || type.check x;
      getSubModules = type.getSubModules;
      nestedTypes.elemType = type;
    };
    number = types.either types.int types.float;
    oneOf = list: assert list != [ ]; foldl' types.either (head list) (tail list);
    optionType = unchecked "optionType" "optionType";
    package = unchecked "package" "package";
    passwdEntry = type: type // {
      name = "passwdEntry ${type.name}";
      description = "${phrase [ "noun" ] type}, not containing newlines or colons";
      descriptionClass = "nonRestrictiveClause";
    };
    path = types.pathWith { absolute = true; };
    pathInStore = types.pathWith { inStore = true; };
    pathWith = { inStore ? null, absolute ? null }:
      let
        before =
          if absolute == true && inStore != true then "absolute "
          else if absolute == false && inStore == null then "relative " else "";
        behind =
          if inStore == true then " in the Nix store"
          else if inStore == false then " not in the Nix store" else "";
      in
      unchecked "path" "${before}path${behind}";
    pkgs = unchecked "pkgs" "Nixpkgs package set";
    port = types.ints.u16;
    raw = plain "raw" "raw value" (_: true);
    separatedString = separator: plain "separatedString" "strings concatenated with ${toJSON separator}" isString;
    shellPackage = unchecked "package" "package";
    singleLineStr = unchecked "singleLineStr" "(optionally newline-terminated) single-line string";
    str = plain "str" "string" isString;
    string = plain "string" "string" isString;
    strMatching = pattern:
      plain "strMatching ${toJSON pattern}" "string matching the pattern ${pattern}"
        (x: isString x && match pattern x != null);
    submodule = module: types.submoduleWith { modules = toList module; };
    submoduleWith = { modules, description ? null, ... }: mkOptionType {
      name = "submodule";
      description =
        let free = freeformType modules; in
        if description != null then description
        else if free == null then "submodule"
        else "open submodule of ${phrase [ "noun" "composite" ] free}";
      check = unsupported "check";
      getSubModules = modules;
    };
    uniq = type: types.unique { } type;
    unique = _: type: type // { name = "unique"; nestedTypes.elemType = type; };
    unspecified = plain "unspecified" "unspecified value" (_: true);
  };

  ints = {
    between = low: high: assert low <= high;
      plain "intBetween" "integer between ${toJSON low} and ${toJSON high} (both inclusive)"
        (x: isInt x && low <= x && x <= high);
    positive = described "nonRestrictiveClause" "positiveInt" "positive integer, meaning >0" (x: isInt x && x > 0);
    s16 = within "signedInt16" "16 bit signed integer" (-32768) 32767;
    s32 = within "signedInt32" "32 bit signed integer" (-2147483648) 2147483647;
    s8 = within "signedInt8" "8 bit signed integer" (-128) 127;
    u16 = within "unsignedInt16" "16 bit unsigned integer" 0 65535;
    u32 = within "unsignedInt32" "32 bit unsigned integer" 0 4294967295;
    u8 = within "unsignedInt8" "8 bit unsigned integer" 0 255;
    unsigned = described "nonRestrictiveClause" "unsignedInt" "unsigned integer, meaning >=0" (x: isInt x && x >= 0);
  };

  numbers = {
    between = low: high: assert low <= high;
      described "conjunction" "numberBetween"
        "integer or floating point number between ${toJSON low} and ${toJSON high} (both inclusive)"
        (x: types.number.check x && low <= x && x <= high);
    nonnegative = described "nonRestrictiveClause" "numberNonnegative"
      "nonnegative integer or floating point number, meaning >=0" (x: types.number.check x && x >= 0);
    positive = described "nonRestrictiveClause" "numberPositive"
      "positive integer or floating point number, meaning >0" (x: types.number.check x && x > 0);
  };

  # What lib has beside its parts.
  lib = {
    inherit (types) isOptionType mkOptionType;
    # nixosSystem is that of nixpkgs' flake.
    extend = (fixedPoints.makeExtensible (final: lib // { nixosSystem = args: lib.nixosSystem ({ lib = final; } // args); })).extend;
  };

  # What only the definitions here see.
  internal = {
    # phrase is a type's description, in parentheses if its class is none of these.
    phrase = classes: type:
      if elem (type.descriptionClass or null) classes then type.description else "(${type.description})";
    described = descriptionClass: name: description: check:
      mkOptionType { inherit name description descriptionClass check; };
    plain = name: description: check: described "noun" name description check;
    unchecked = name: description: plain name description (unsupported "check");
    within = name: words: low: high:
      plain name "${words}; between ${toString low} and ${toString high} (both inclusive)"
        (x: isInt x && low <= x && x <= high);
    typeOfMany = name: words: check: type: mkOptionType {
      inherit name check;
      description = "${words} ${phrase [ "noun" "composite" ] type}";
      descriptionClass = "composite";
      getSubModules = type.getSubModules;
      nestedTypes.elemType = type;
    };
  };
}
