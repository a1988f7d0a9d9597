# Sourced by the run scripts, which set root: finds a JDK 25 and keeps the jars of a module up to date.

say() { printf 'sinter: %s\n' "$*" >&2; }

# True if $1 holds a JDK 25.
is_jdk25() {
    [ -x "$1/bin/java" ] && [ -x "$1/bin/javac" ] || return 1
    if [ -r "$1/release" ]; then
        grep -Eq '^JAVA_VERSION="25([.+-].*)?"' "$1/release"
    else
        "$1/bin/java" -version 2>&1 | grep -Eq 'version "25([.+-].*)?"'
    fi
}

# Sets java_home.
find_java() {
    if [ -n "${SINTER_JAVA_HOME:-}" ] && ! is_jdk25 "$SINTER_JAVA_HOME"; then
        say "SINTER_JAVA_HOME is no JDK 25: $SINTER_JAVA_HOME"
        exit 1
    fi
    local candidate
    for candidate in "${SINTER_JAVA_HOME:-}" "${JAVA_HOME:-}" "${JAVA25_HOME:-}" \
        /usr/lib/jvm/* "$HOME"/.sdkman/candidates/java/* "$HOME"/.jdks/* \
        /Library/Java/JavaVirtualMachines/*/Contents/Home "$HOME"/Library/Java/JavaVirtualMachines/*/Contents/Home \
        /opt/*jdk* /opt/java/*; do
        if [ -n "$candidate" ] && is_jdk25 "$candidate"; then
            java_home=$candidate
            return
        fi
    done
    say "no JDK 25 was found (looked at SINTER_JAVA_HOME, JAVA_HOME, JAVA25_HOME, /usr/lib/jvm, ~/.sdkman, ~/.jdks," \
        "/Library/Java/JavaVirtualMachines, /opt). Install one, or say where it is: SINTER_JAVA_HOME=/path/to/jdk-25"
    exit 1
}

# True if module $1 was built here after every source it depends on was last changed, and its jars are still there.
is_fresh() {
    local stamp=$root/$1/target/sinter-built list=$root/$1/target/class-path module jar jars
    [ -f "$stamp" ] && [ -f "$list" ] && [ "$(cat "$stamp")" = "$root" ] || return 1
    local sources=("$root/pom.xml" "$root/config/launch.sh")
    for module in ir runtime-support frontend passes codegen compiler testkit "$1"; do
        sources+=("$root/$module/pom.xml" "$root/$module/src/main")
    done
    [ -z "$(find "${sources[@]}" -newer "$stamp" -print 2>&1)" ] || return 1
    IFS=: read -r -a jars < "$list" || true
    for jar in "${jars[@]}"; do
        [ -f "$jar" ] || return 1
    done
    compgen -G "$root/$1/target/sinter-$1-*.jar" > /dev/null
}

build() {
    command -v mvn > /dev/null || { say "Maven is needed to build, and no mvn is on the PATH"; exit 1; }
    say "building (the first time, Maven also fetches what it needs) ..."
    mkdir -p "$root/target" "$root/$1/target"
    local log=$root/target/sinter-build.log started
    started=$(mktemp "$root/target/started.XXXXXX")
    printf '%s' "$root" > "$started"
    if ! (cd "$root" && JAVA25_HOME=$java_home mvn -q -B -ntp -Dmaven.test.skip=true -pl "$1" -am package) \
        > "$log" 2>&1 < /dev/null; then
        rm -f "$started"
        tail -n 60 "$log" >&2
        say "the build failed; all it said is in $log"
        exit 1
    fi
    mv "$started" "$root/$1/target/sinter-built"
}

# Builds module $1 if it must be built, and sets class_path.
build_stale() {
    if ! is_fresh "$1"; then
        mkdir -p "$root/target"
        exec 9> "$root/target/sinter-build.lock"
        if command -v flock > /dev/null; then
            flock 9
        fi
        # Another process may have built it while this one waited.
        is_fresh "$1" || build "$1"
        exec 9>&-
    fi
    local jar
    jar=$(compgen -G "$root/$1/target/sinter-$1-*.jar" | head -n 1)
    class_path=$jar:$(cat "$root/$1/target/class-path")
}
