/** The model language; docs/dsl.md describes it. Line ends mean nothing: no statement begins as an expression goes on. */
grammar Sinter;

file : item* EOF ;

item : importing | primitive | function | model ;

importing : 'import' TEXT ;

primitive : 'primitive' name '(' formals? ')' '=' TEXT ;

function : 'fn' name '(' formals? ')' ('->' results)? block ;

formals : formal (',' formal)* ','? ;

formal : name (':' kind)? ('=' expr)? ;

kind : tensorType | name ;

results : tensorType | '(' tensorType (',' tensorType)* ','? ')' ;

tensorType : name? '[' (axis (',' axis)* ','?)? ']' ;

axis : '...' | expr ;

model : 'model' name block ;

block : '{' statement* '}' ;

statement
    : 'dim' dimension (',' dimension)*                                                          # dims
    | 'input' name ('as' TEXT)? ':' tensorType                                                  # input
    | 'state' name ':' tensorType 'along' name ('from' TEXT)? ('to' TEXT)?                      # state
    | 'param' name ('as' TEXT)? ':' tensorType annotation* ('=' expr)?                          # param
    | 'weights' TEXT ('prefix' TEXT)? 'partial'?                                                # weights
    | 'annotate' TEXT annotation+                                                               # annotate
    | 'initialize' TEXT '=' expr                                                                # initialize
    | 'let' name (',' name)* (':' tensorType)? '=' expr                                         # let
    | name (',' name)* '=' expr                                                                 # assign
    | 'output' (name | TEXT) '=' expr                                                           # output
    | 'repeat' expr 'as' name ('named' TEXT)? block                                             # repeat
    | conditional                                                                               # choose
    | 'require' expr ',' TEXT                                                                   # require
    | 'return' expr (',' expr)*                                                                 # return
    ;

dimension : name (('<=' | '>=') sum)* ;

conditional : 'if' expr block ('else' (conditional | block))? ;

annotation : '@' name ('(' (arguments)? ')')? ;

expr
    : choice
    ;

choice : 'if' expr 'then' expr 'else' expr | disjunction ;

disjunction : conjunction ('or' conjunction)* ;

conjunction : comparison ('and' comparison)* ;

comparison : sum (('==' | '!=' | '<' | '<=' | '>' | '>=') sum)? ;

sum : product (('+' | '-') product)* ;

product : prefixed (('*' | '/' | '//' | '%' | '@') prefixed)* ;

prefixed : ('-' | 'not')* postfixed ;

postfixed : atom (selection | member)* ;

selection : '[' index (',' index)* ','? ']' ;

member : '.' name ;

index : '...' | 'new' | range | expr range? ;

range : ':' to=expr? (':' by=expr)? ;

atom
    : (INT | REAL | BLOCK | TEXT | 'true' | 'false' | 'none')        # literal
    | name '(' arguments? ')' ('as' label)?                         # call
    | name                                                          # reference
    | '[' (expr (',' expr)* ','?)? ']'                              # list
    | '(' expr ')'                                                  # grouped
    ;

arguments : argument (',' argument)* ','? ;

argument : (name '=')? expr ;

label : TEXT | word ('.' (word | INT))* ;

/** Labels are no names: any word will do. */
word
    : name | 'annotate' | 'dim' | 'else' | 'false' | 'fn' | 'if' | 'import' | 'input' | 'let' | 'model' | 'new' | 'none'
    | 'not' | 'and' | 'or' | 'output' | 'param' | 'repeat' | 'require' | 'return' | 'state' | 'then' | 'true' | 'as'
    ;

/** Words that mean something in one place only may be names elsewhere. */
name : NAME | 'along' | 'from' | 'to' | 'prefix' | 'partial' | 'named' | 'weights' | 'primitive' | 'initialize' ;

BLOCK : DIGIT+ 'x' DIGIT+ ;
REAL : DIGITS '.' DIGITS EXPONENT? | DIGITS EXPONENT ;
INT : DIGITS ;
BAD_NUMBER : DIGIT+ [A-Za-z_] [A-Za-z0-9_]* | DIGIT+ '.' DIGIT+ ('.' DIGIT+)+ ;
NAME : [A-Za-z_] [A-Za-z0-9_]* ;
TEXT : '"' (~["\\\r\n] | '\\' ["\\nt])* '"' ;
UNCLOSED_TEXT : '"' (~["\\\r\n] | '\\' ~[\r\n])* ;
COMMENT : '#' ~[\r\n]* -> channel(HIDDEN) ;
SPACE : [ \t\r\n]+ -> skip ;
UNKNOWN : . ;

fragment DIGIT : [0-9] ;
fragment DIGITS : DIGIT (DIGIT | '_' DIGIT)* ;
fragment EXPONENT : [eE] [+-]? DIGIT+ ;
