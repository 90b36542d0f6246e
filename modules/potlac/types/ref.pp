# A full reference to an entity of the model: 'potlac:default/search'.
type Potlac::Ref = Pattern[/\A[a-z][a-z0-9-]*:[a-z0-9][a-z0-9_.-]*\/[a-z0-9][a-z0-9_.-]*\z/]
