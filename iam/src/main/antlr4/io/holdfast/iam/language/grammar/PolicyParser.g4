/*
 * Shape of a policy statement. Decided by one token of lookahead everywhere, so that a refusal points at the first word
 * that is wrong and can say what would have been right there. What the language has and Holdfast does not evaluate yet is recognised here and
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
    | COMPARTMENT place                             # compartmentLocation
    ;

place
    : ID word                                       # placeById
    | pathName ( COLON pathName )*                  # placeByPath
    ;

pathName : nameText | LT nameText GT ;

/* A group or a compartment may be called like most keywords; those that would make a statement ambiguous are quoted. */
word
    : WORD | ALLOW | DENY | ENDORSE | ADMIT | DEFINE | ANY_USER | ANY_GROUP | DYNAMIC_GROUP | GROUP | SERVICE | RESOURCE
    | ASSOCIATE | TENANCY | COMPARTMENT
    ;

condition
    : kind=( ANY | ALL ) LBRACE condition ( COMMA condition )* RBRACE   # combined
    | WORD test                                                         # single
    | SETS_INTERSECT LPAREN WORD COMMA WORD RPAREN                      # intersection
    ;

test
    : operator=( EQUAL | NOT_EQUAL ) operand                            # comparison
    | NOT? IN LPAREN STRING ( COMMA STRING )* RPAREN                    # membership
    | operator=( BEFORE | AFTER ) STRING                                # instant
    | BETWEEN STRING AND STRING                                         # range
    ;

operand : STRING | PATTERN | WORD ;
