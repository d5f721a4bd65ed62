/*
 * Shapes of a policy statement and of a dynamic group's matching rule. Decided by one token of lookahead everywhere, so
 * that a refusal points at the first word that is wrong and can say what would have been right there. What the language
 * has and Holdfast does not evaluate is recognised here and refused by name when the tree is read.
 */
parser grammar PolicyParser;

options { tokenVocab = PolicyLexer; }

statement : ( allow | deny | endorse | admit | define ) EOF ;

allow : ALLOW granted ;

deny : DENY ( ENDORSE endorsed | ADMIT admitted | granted ) ;

endorse : ENDORSE endorsed ;

admit : ADMIT admitted ;

define : DEFINE kind=( TENANCY | GROUP | DYNAMIC_GROUP ) bracketed AS ocid ;

granted : subject TO? action IN location where? ;

endorsed : subject TO? action IN destination where? ;

admitted : subject OF TENANCY bracketed TO? action IN location where? ;

where : WHERE condition ;

subject
    : ANY_USER                                      # anyUser
    | ANY_GROUP                                     # anyGroup
    | GROUP ( ids | names )                         # groups
    | DYNAMIC_GROUP ( ids | names )                 # dynamicGroups
    | SERVICE names                                 # services
    | RESOURCE word ID? ocid                        # oneResource
    ;

ids : ID ocid ( COMMA ID? ocid )* ;

/* The documentation's templates end in <unique_ID>. */
ocid : word ( LT word GT )? ;

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

destination
    : ANY_TENANCY                                   # anyDestination
    | TENANCY bracketed                             # oneDestination
    ;

place
    : ID ocid                                       # placeById
    | bracketed ( COLON bracketed )*                # placeByPath
    ;

bracketed : nameText | LT nameText GT ;

/* A group or a compartment may be called like most keywords; those that would make a statement ambiguous are quoted. */
word
    : WORD | ALLOW | DENY | ENDORSE | ADMIT | DEFINE | ANY_USER | ANY_GROUP | DYNAMIC_GROUP | GROUP | SERVICE | RESOURCE
    | ASSOCIATE | ANY_TENANCY | TENANCY | COMPARTMENT
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

matchingRule : ruleTerm EOF ;

ruleTerm
    : kind=( ANY | ALL ) LBRACE ruleTerm ( COMMA ruleTerm )* RBRACE     # ruleCombined
    | WORD ( operator=( EQUAL | NOT_EQUAL ) ruleValue )?                # ruleSingle
    ;

/* Two of the documentation's templates leave the quotes out. */
ruleValue : STRING | WORD ;
