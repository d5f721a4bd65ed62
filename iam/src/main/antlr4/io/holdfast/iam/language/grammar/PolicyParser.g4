/*
 * Shape of a policy statement. Deterministic with one token of lookahead (two in "group id"), so that a refusal points
 * at the first word that is wrong. What the language has and Holdfast does not evaluate yet is recognised here and
 * refused by name when the tree is read.
 */
parser grammar PolicyParser;

options { tokenVocab = PolicyLexer; }

statement : allow EOF ;

allow : ALLOW subject TO? action IN location ( WHERE condition )? ;

subject
    : ANY_USER                                      # anyUser
    | ANY_GROUP                                     # anyGroup
    | GROUP ( ids | names )                         # groups
    | DYNAMIC_GROUP ( ids | names )                 # dynamicGroups
    | kind=( SERVICE | RESOURCE ) names             # otherSubject
    ;

ids : ID word ( COMMA ID? word )* ;

names : name ( COMMA name )* ;

name : first=nameText ( SLASH second=nameText )? | LT first=nameText ( SLASH second=nameText )? GT ;

nameText : word | STRING ;

action
    : verb=( INSPECT | READ | USE | MANAGE | ASSOCIATE ) word     # verbAction
    | LBRACE word ( COMMA word )* RBRACE                          # permissionsAction
    ;

location
    : TENANCY                                       # tenancyLocation
    | COMPARTMENT ID word                           # compartmentById
    | COMPARTMENT pathName ( COLON pathName )*      # compartmentByPath
    ;

pathName : nameText | LT nameText GT ;

/* A group or a compartment may be called like most keywords; those that would make a statement ambiguous are quoted. */
word
    : WORD | ALLOW | DENY | ENDORSE | ADMIT | DEFINE | ANY_USER | ANY_GROUP | DYNAMIC_GROUP | GROUP | SERVICE | RESOURCE
    | ASSOCIATE | TENANCY | COMPARTMENT
    ;

condition
    : kind=( ANY | ALL ) LBRACE condition ( COMMA condition )* RBRACE   # combined
    | WORD operator=( EQUAL | NOT_EQUAL ) operand                       # comparison
    | WORD NOT? IN LPAREN STRING ( COMMA STRING )* RPAREN               # membership
    | WORD ( BEFORE | AFTER ) STRING                                    # instant
    | WORD BETWEEN STRING AND STRING                                    # range
    | SETS_INTERSECT LPAREN WORD COMMA WORD RPAREN                      # intersection
    ;

operand : STRING | PATTERN | WORD ;
